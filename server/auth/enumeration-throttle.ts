// How often an account may hear that a name or an address is taken: that tells who else has one (R111).

import { AppError } from '../contract/app-error.ts'
import type { Device } from '../contract/device.ts'
import { addressPoolOf, widePoolOf } from './address-pool.ts'
import { addressWindowMs, refuseAttempt, widePoolFactor } from './login-throttle.ts'
import type { GrantedReservation, Pool, ThrottleCounters } from './throttle-counters.ts'

/** In an hour, of one account, wherever it asks from. */
export const takenPerAccount = 10
const accountWindowMs = 60 * 60_000

export interface Asker {
  userId: string
  device: Device
}

export interface EnumerationThrottle {
  /**
   * Runs a change that another account's row may refuse. Only such a refusal (AppError conflict)
   * counts, against the account and the address that ask, and never against the account asked for.
   * @throws AppError too_many_requests before anything is run; what `run` throws
   */
  guard<Result>(asker: Asker, run: () => Promise<Result>): Promise<Result>
}

interface EnumerationThrottleParts {
  counters: ThrottleCounters
  /** Of one address within ten minutes, as failures of sign-ins are. */
  failuresPerAddress: number
}

export function createEnumerationThrottle(parts: EnumerationThrottleParts): EnumerationThrottle {
  const { counters, failuresPerAddress } = parts
  const accountPool = counters.windowPool({ failures: takenPerAccount, windowMs: accountWindowMs })
  const [addressPool, widePool] = [1, widePoolFactor].map((factor) =>
    counters.windowPool({ failures: failuresPerAddress * factor, windowMs: addressWindowMs }),
  ) as [Pool, Pool]

  function listPlaces({ userId, device: { address } }: Asker): [pool: Pool, key: string][] {
    const wide = widePoolOf(address)
    return [
      [accountPool, `taken:account:${userId}`],
      [addressPool, `taken:address:${addressPoolOf(address)}`],
      ...(wide === undefined ? [] : [[widePool, `taken:address:${wide}`] as [Pool, string]]),
    ]
  }

  return {
    async guard(asker, run) {
      const held: (() => Promise<void>)[] = []
      const giveBack = () => Promise.all(held.map((refund) => refund()))
      for (const [pool, key] of listPlaces(asker)) {
        const reservation = await pool.reserve(key)
        if (!reservation.granted) {
          await giveBack()
          throw refuseAttempt(reservation.waitMs)
        }
        held.push(() => pool.refund(key, reservation satisfies GrantedReservation))
      }
      try {
        const result = await run()
        await giveBack()
        return result
      } catch (error) {
        if (!(error instanceof AppError && error.reason === 'conflict')) await giveBack()
        throw error
      }
    },
  }
}
