// How often a password may be guessed: reserved before hashing, one budget for every endpoint (R99 to R108).

import { createHmac } from 'node:crypto'
import { AppError } from '../../contract/app-error.ts'
import { canonicalName } from '../../contract/credential-rules.ts'
import type { Device } from '../../contract/device.ts'
import { dayMs } from '../../db/clock.ts'
import { addressPoolOf, widePoolOf } from '../devices/address-pool.ts'
import type { KnownDevices } from '../devices/known-devices.ts'
import type { KnownPlaces } from '../devices/known-places.ts'
import type { Share } from '../passwords/fair-queue.ts'
import type { MasterKeys } from '../secrets/master-key.ts'
import {
  type Budget,
  type Claim,
  type Held,
  refund,
  settle,
  takeAll,
  takeAny,
  waitMsOfBudget,
} from './throttle-claims.ts'
import type { BackoffRule, Pool, ThrottleCounters } from './throttle-counters.ts'

export interface PasswordAttempt {
  /** Absent where there is no such account: that is throttled alike, by the name (R106). */
  userId: string | undefined
  /** As it was typed. */
  login: string
  device: Device
}

/** An attempt that may wait for its turn. Nothing is counted yet. */
export interface AdmittedAttempt {
  share: Share
  /**
   * Called in its turn, before the password is hashed.
   * @returns 'pending' where attempts on other nodes hold everything there is: to be tried again in
   *   a moment
   * @throws AppError too_many_requests, with the seconds to wait
   */
  reserve(): Promise<ReservedAttempt | 'pending'>
}

/** Counted as a failure, until one of these is called. */
export interface ReservedAttempt {
  /** True for the one failure that closes the account to unknown devices and places. */
  closesAccount: boolean
  /** The password was right: the failures in a row are forgotten. */
  succeed(): Promise<void>
  fail(): Promise<void>
  /** The password was never checked. */
  release(): Promise<void>
}

export interface LoginThrottle {
  /**
   * Called before an attempt waits for its turn.
   * @throws AppError too_many_requests, with the seconds to wait; unavailable where nothing can be
   *   counted (R108)
   */
  admit(attempt: PasswordAttempt): Promise<AdmittedAttempt>
  /**
   * Called before an account is made: as often as passwords may fail from one address (R111).
   * @throws AppError too_many_requests, unavailable
   */
  reserveRegistration(device: Device): Promise<void>
  /** Forgets every failure of an account. */
  reopen(userId: string): Promise<void>
  /** What stands in the way of a sign-in to the account, for each of the three. */
  limitsOf(userId: string): Promise<SignInLimits>
}

export type SignInLimits = Record<'strangers' | 'knownDevices' | 'knownPlaces', SignInLimit>

export interface SignInLimit {
  /** In a row. */
  failures: number
  /** Until the next attempt is allowed; 0 where one is now. A closed one names the longest wait. */
  waitMs: number
  /** Closed until an admin opens it, or for 30 days. */
  isClosed: boolean
}

const afterClosing = { reopensAfterMs: 30 * dayMs, reopensFor: 10, keepMs: 400 * dayMs }

/**
 * 5 are free, then 1, 2, 4 … 900 s. With those of known devices and places it is 100 in a row
 * (R99).
 */
const unknownRule: BackoffRule = {
  freeFailures: 5,
  longestWaitMs: 900_000,
  closedAfter: 80,
  ...afterClosing,
}

/** For all known devices of an account together: strangers cannot lock the owner out. */
const knownDeviceRule: BackoffRule = { ...unknownRule, freeFailures: 10, closedAfter: 10 }

/**
 * For all known places together. They wait as unknown ones do: a guesser at a neighbour's address
 * cannot see by that who has signed in there.
 */
const knownPlaceRule: BackoffRule = { ...unknownRule, closedAfter: 10 }

export const addressWindowMs = 10 * 60_000

/**
 * An IPv6 /48, which one customer may hold, may fail this many times as often as one of its 65,536
 * /64.
 */
export const widePoolFactor = 8

const nameCountersDefault = 2 ** 18

interface LoginThrottleDeps {
  counters: ThrottleCounters
  masterKeys: MasterKeys
  knownDevices: Pick<KnownDevices, 'isKnown'>
  knownPlaces: Pick<KnownPlaces, 'isKnown'>
  /** For one address within ten minutes; 30 by default. */
  failuresPerAddress: number
  /** How many rows all names without an account share; 262,144 by default, of some 40 MB. */
  nameCounters?: number
}

export function createLoginThrottle(deps: LoginThrottleDeps): LoginThrottle {
  const { counters, masterKeys, knownDevices, knownPlaces, failuresPerAddress } = deps
  const { nameCounters = nameCountersDefault } = deps
  const unknownPool = counters.backoffPool(unknownRule)
  const knownDevicePool = counters.backoffPool(knownDeviceRule)
  const knownPlacePool = counters.backoffPool(knownPlaceRule)
  const addressPool = counters.windowPool({
    failures: failuresPerAddress,
    windowMs: addressWindowMs,
  })
  const widePool = counters.windowPool({
    failures: failuresPerAddress * widePoolFactor,
    windowMs: addressWindowMs,
  })
  const [{ key: nameKey }] = masterKeys.derive('throttle')

  /** What an attempt counts against besides the account: its address, and the network around it. */
  function addressClaims(kind: 'address' | 'registration', { address }: Device): Claim[] {
    const wide = widePoolOf(address)
    return [
      { pool: addressPool, key: `${kind}:${addressPoolOf(address)}` },
      ...(wide === undefined ? [] : [{ pool: widePool, key: `${kind}:${wide}` }]),
    ]
  }

  function accountKey({ userId, login }: PasswordAttempt): string {
    return userId === undefined ? nameKeyOf(login, nameKey, nameCounters) : accountKeyOf(userId)
  }

  /**
   * What an attempt is counted against: the first of these that has room in all of its pools.
   * A known device is never held back by its address, which others may share. Nor is a known place,
   * until its own failures are used up; they count for the account and the address as well.
   */
  async function listBudgets(attempt: PasswordAttempt) {
    const { userId = '', device } = attempt
    // Also done where there is no account: its duration reveals nothing (R110).
    const [isKnownDevice, isKnownPlace] = await Promise.all([
      knownDevices.isKnown(userId, device.deviceId),
      knownPlaces.isKnown(userId, device.address),
    ])
    const account: Claim = { pool: unknownPool, key: accountKey(attempt) }
    const address = addressClaims('address', device)
    const tallies = [...address, account].map((claim) => ({ ...claim, isTally: true }))
    const ofDevices: Budget = [{ pool: knownDevicePool, key: `devices:${userId}` }]
    const ofPlaces: Budget = [{ pool: knownPlacePool, key: `places:${userId}` }, ...tallies]
    const ofAnyone: Budget = isKnownDevice ? [account] : [...address, account]
    const budgets = [
      ...(isKnownDevice ? [ofDevices] : []),
      ...(isKnownPlace ? [ofPlaces] : []),
      ofAnyone,
    ]
    return { budgets, isKnown: isKnownDevice || isKnownPlace }
  }

  async function assertOpen(budgets: readonly Budget[]): Promise<void> {
    const found = await counters.read(budgets.flat().map(({ key }) => key))
    const waitsMs = budgets.map((budget) => waitMsOfBudget(budget, found))
    if (!waitsMs.includes(0)) throw refuseAttempt(waitsMs.at(-1) ?? 0)
  }

  return {
    async admit(attempt) {
      const { userId, device } = attempt
      const account = accountKey(attempt)
      const { budgets, isKnown } = await listBudgets(attempt)
      await assertOpen(budgets)
      return {
        share: { account, pool: addressPoolOf(device.address), isKnown },
        async reserve() {
          const taken = await takeAny(budgets)
          if (!taken.granted) {
            if (taken.isPending) return 'pending'
            throw refuseAttempt(taken.waitMs)
          }
          const { held } = taken
          return {
            closesAccount: held.some(
              ({ claim, reservation }) =>
                claim.key === account && reservation.failures === unknownRule.closedAfter,
            ),
            async succeed() {
              // A success does not forgive other failures from that address.
              const ofAddress = ({ claim: { pool } }: Held) =>
                pool === addressPool || pool === widePool
              await Promise.all([
                refund(held.filter(ofAddress)),
                counters.clear([account, ...keysOfKnown(userId)]),
              ])
            },
            fail: () => settle(held),
            release: () => refund(held),
          }
        },
      }
    },

    async reserveRegistration(device) {
      const budget = addressClaims('registration', device)
      await assertOpen([budget])
      const taken = await takeAll(budget)
      if (!taken.granted) throw refuseAttempt(taken.waitMs)
      // Counted whatever becomes of it.
      await settle(taken.held)
    },

    reopen: (userId) => counters.clear([accountKeyOf(userId), ...keysOfKnown(userId)]),

    async limitsOf(userId) {
      const keys = [accountKeyOf(userId), ...keysOfKnown(userId)]
      const found = await counters.read(keys)
      const limit = (key: string | undefined, pool: Pool, { closedAfter }: BackoffRule) => {
        const counter = found.get(key ?? '')
        const waitMs = counter ? pool.waitMsOf(counter) : 0
        const failures = counter?.failures ?? 0
        return { failures, waitMs, isClosed: failures >= closedAfter && waitMs > 0 }
      }
      return {
        strangers: limit(keys[0], unknownPool, unknownRule),
        knownDevices: limit(keys[1], knownDevicePool, knownDeviceRule),
        knownPlaces: limit(keys[2], knownPlacePool, knownPlaceRule),
      }
    },
  }
}

/** The key by which an account is counted, and takes its turns. */
export function accountKeyOf(userId: string): string {
  return `account:${userId}`
}

/**
 * People type passwords into the field for the name, so a name without an account is stored as a
 * keyed hash. Such names are unlimited and guessed from many addresses, so they share a fixed
 * number of counters, and no attacker can fill the table. Which names share one cannot be known
 * without the key.
 */
export function nameKeyOf(
  login: string,
  key: Uint8Array,
  nameCounters = nameCountersDefault,
): string {
  const hash = createHmac('sha256', key).update(canonicalName(login)).digest()
  return `name:${hash.readUInt32BE() % nameCounters}`
}

function keysOfKnown(userId: string | undefined): string[] {
  return userId === undefined ? [] : [`devices:${userId}`, `places:${userId}`]
}

export function refuseAttempt(waitMs: number): AppError {
  const retryAfterSeconds = Math.ceil(waitMs / 1_000)
  return new AppError(
    'too_many_requests',
    `Too many attempts; try again in ${retryAfterSeconds} s`,
    { retryAfterSeconds },
  )
}
