// How often an account may hear that a name or an address is taken: that reveals who else has one (R111).

import { AppError } from '../../contract/app-error.ts'
import type { Device } from '../../contract/device.ts'
import { addressPoolOf, widePoolOf } from '../devices/address-pool.ts'
import { addressWindowMs, refuseAttempt, widePoolFactor } from './login-throttle.ts'
import { type Claim, refund, settle, takeAll } from './throttle-claims.ts'
import type { Pool, ThrottleCounters } from './throttle-counters.ts'

/** In an hour, for one account, wherever it asks from. */
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

interface EnumerationThrottleDeps {
  counters: ThrottleCounters
  /** For one address within ten minutes, like failures of sign-ins. */
  failuresPerAddress: number
}

export function createEnumerationThrottle(deps: EnumerationThrottleDeps): EnumerationThrottle {
  const { counters, failuresPerAddress } = deps
  const accountPool = counters.windowPool({ failures: takenPerAccount, windowMs: accountWindowMs })
  const [addressPool, widePool] = [1, widePoolFactor].map((factor) =>
    counters.windowPool({ failures: failuresPerAddress * factor, windowMs: addressWindowMs }),
  ) as [Pool, Pool]

  function listClaims({ userId, device: { address } }: Asker): Claim[] {
    const wide = widePoolOf(address)
    return [
      { pool: accountPool, key: `taken:account:${userId}` },
      { pool: addressPool, key: `taken:address:${addressPoolOf(address)}` },
      ...(wide === undefined ? [] : [{ pool: widePool, key: `taken:address:${wide}` }]),
    ]
  }

  return {
    async guard(asker, run) {
      const taken = await takeAll(listClaims(asker))
      if (!taken.granted) throw refuseAttempt(taken.waitMs)
      const { held } = taken
      try {
        const result = await run()
        await refund(held)
        return result
      } catch (error) {
        const isTaken = error instanceof AppError && error.reason === 'conflict'
        await (isTaken ? settle(held) : refund(held))
        throw error
      }
    },
  }
}
