// How often a password may be guessed: reserved before hashing, one budget for every door (R99 to R108).

import { createHmac } from 'node:crypto'
import { AppError } from '../contract/app-error.ts'
import { canonicalName } from '../contract/credential-rules.ts'
import type { Device } from '../contract/device.ts'
import { dayMs } from '../db/clock.ts'
import { addressPoolOf, widePoolOf } from './address-pool.ts'
import type { KnownDevices } from './known-devices.ts'
import type { MasterKeys } from './master-key.ts'
import type {
  BackoffRule,
  GrantedReservation,
  Pool,
  ThrottleCounters,
} from './throttle-counters.ts'

export interface PasswordAttempt {
  /** Absent where there is no such account: that is throttled alike, by the name (R106). */
  userId: string | undefined
  /** As it was typed. */
  login: string
  device: Device
}

export interface ReservedAttempt {
  /** On a device that this user has signed in with. */
  isKnownDevice: boolean
  /** True for the one failure that shuts the account to unknown devices. */
  closesAccount: boolean
  /** The password was right: the failures in a row are forgotten. */
  succeed(): Promise<void>
  /** The password was never looked at. */
  release(): Promise<void>
}

export interface LoginThrottle {
  /**
   * To be called before a password is hashed; a failure needs no further call.
   * @throws AppError too_many_requests, with the seconds to wait; unavailable where nothing can be
   *   counted (R108)
   */
  reserve(attempt: PasswordAttempt): Promise<ReservedAttempt>
  /**
   * To be called before an account is made: as often as passwords may fail from one address (R111).
   * @throws AppError too_many_requests, unavailable
   */
  reserveRegistration(device: Device): Promise<void>
  /** For an account whose password was set anew. */
  reopen(userId: string): Promise<void>
}

/** R99: 5 are free, then 1, 2, 4 … 900 s; after 100 only a known device gets in. */
export const unknownDeviceRule: BackoffRule = {
  freeFailures: 5,
  longestWaitMs: 900_000,
  closedAfter: 100,
  keepMs: 400 * dayMs,
}

/** Strangers cannot lock the owner out: his own device has so many for itself. */
export const knownDeviceRule: BackoffRule = {
  ...unknownDeviceRule,
  freeFailures: 10,
  closedAfter: 10,
}

export const addressWindowMs = 10 * 60_000

/** An IPv6 /48, which one customer may hold, fails so many times as often as one of its 65,536 /64. */
export const widePoolFactor = 8

interface LoginThrottleParts {
  counters: ThrottleCounters
  masterKeys: MasterKeys
  knownDevices: Pick<KnownDevices, 'isKnown'>
  /** Of one address within ten minutes; 30 by default. */
  failuresPerAddress: number
  /** How many rows all names of nobody's share; 262,144 by default, of some 40 MB. */
  nameCounters?: number
}

export function createLoginThrottle(parts: LoginThrottleParts): LoginThrottle {
  const { counters, masterKeys, knownDevices, failuresPerAddress } = parts
  const { nameCounters = 2 ** 18 } = parts
  const unknownDevicePool = counters.backoffPool(unknownDeviceRule)
  const knownDevicePool = counters.backoffPool(knownDeviceRule)
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
  function placesOf(kind: 'address' | 'registration', { address }: Device): Claim[] {
    const wide = widePoolOf(address)
    return [
      [addressPool, `${kind}:${addressPoolOf(address)}`],
      ...(wide === undefined ? [] : [[widePool, `${kind}:${wide}`] as const]),
    ]
  }

  /**
   * People type passwords into the field for the name: a name of nobody's is kept as a keyed hash. Names
   * are without number and guessed from many addresses, so they share counters, of which there are only
   * so many: nobody can fill the table. Which names share one cannot be known without the key.
   */
  function accountKey({ userId, login }: PasswordAttempt): string {
    if (userId !== undefined) return `account:${userId}`
    const name = canonicalName(login)
    const hash = createHmac('sha256', nameKey).update(name).digest()
    return `name:${hash.readUInt32BE() % nameCounters}`
  }

  return {
    async reserve(attempt) {
      const { userId, device } = attempt
      const { deviceId } = device
      // Asked for nobody's account too: how long it takes tells nothing (R110).
      const isKnown = await knownDevices.isKnown(userId ?? '', deviceId)
      const account: Claim = [unknownDevicePool, accountKey(attempt)]
      const held: Held[] = []
      if (isKnown) {
        // Its own pool, then the one of all devices; never the address's, which others may share.
        const own: Claim = [knownDevicePool, `device:${userId}:${deviceId}`]
        held.push(...(await takeAny(own, account)))
      } else {
        held.push(...(await takeAll(...placesOf('address', device), account)))
      }
      const giveBack = (those: readonly Held[]) =>
        Promise.all(those.map(([[pool, key], reservation]) => pool.refund(key, reservation)))
      return {
        isKnownDevice: isKnown,
        closesAccount: held.some(
          ([claim, { failures }]) =>
            claim === account && failures === unknownDeviceRule.closedAfter,
        ),
        async succeed() {
          const names = [account[1], ...(isKnown ? [`device:${userId}:${deviceId}`] : [])]
          // A success does not forgive what else came from that address.
          await Promise.all([
            giveBack(held.filter(([[pool]]) => pool === addressPool || pool === widePool)),
            counters.clear(names),
          ])
        },
        async release() {
          await giveBack(held)
        },
      }
    },

    async reserveRegistration(device) {
      await takeAll(...placesOf('registration', device))
    },

    reopen: (userId) => counters.clear([`account:${userId}`]),
  }
}

type Claim = readonly [pool: Pool, key: string]
type Held = readonly [claim: Claim, reservation: GrantedReservation]

/** Of the first that has room. */
async function takeAny(...claims: readonly Claim[]): Promise<Held[]> {
  let waitMs = 0
  for (const claim of claims) {
    const reservation = await claim[0].reserve(claim[1])
    if (reservation.granted) return [[claim, reservation]]
    ;({ waitMs } = reservation)
  }
  throw refuseAttempt(waitMs)
}

/** Of each of them, or of none. */
async function takeAll(...claims: readonly Claim[]): Promise<Held[]> {
  const held: Held[] = []
  for (const claim of claims) {
    const reservation = await claim[0].reserve(claim[1])
    if (!reservation.granted) {
      await Promise.all(held.map(([[pool, key], taken]) => pool.refund(key, taken)))
      throw refuseAttempt(reservation.waitMs)
    }
    held.push([claim, reservation])
  }
  return held
}

export function refuseAttempt(waitMs: number): AppError {
  const retryAfterSeconds = Math.ceil(waitMs / 1_000)
  return new AppError(
    'too_many_requests',
    `Too many attempts; try again in ${retryAfterSeconds} s`,
    {
      retryAfterSeconds,
    },
  )
}
