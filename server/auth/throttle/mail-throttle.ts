// How often a mail may be asked for: counted before anything is looked up, alike for names that exist and not.

import { createHmac } from 'node:crypto'
import { canonicalName } from '../../contract/credential-rules.ts'
import type { Device } from '../../contract/device.ts'
import { addressPoolOf, widePoolOf } from '../devices/address-pool.ts'
import type { MasterKeys } from '../secrets/master-key.ts'
import { refuseAttempt, widePoolFactor } from './login-throttle.ts'
import { type Claim, settle, takeAll } from './throttle-claims.ts'
import type { ThrottleCounters } from './throttle-counters.ts'

/** In an hour. A name is an account, in any spelling; a mail for it opens nothing to who asks. */
export const mailLimits = { perName: 3, perAddress: 10, windowMs: 60 * 60_000 }

export interface MailThrottle {
  /** Counts a request. @throws AppError too_many_requests, with the seconds to wait */
  reserve(request: { login: string; device: Device }): Promise<void>
}

interface MailThrottleDeps {
  counters: ThrottleCounters
  masterKeys: MasterKeys
}

export function createMailThrottle({ counters, masterKeys }: MailThrottleDeps): MailThrottle {
  const { perName, perAddress, windowMs } = mailLimits
  const namePool = counters.windowPool({ failures: perName, windowMs })
  const addressPool = counters.windowPool({ failures: perAddress, windowMs })
  const widePool = counters.windowPool({ failures: perAddress * widePoolFactor, windowMs })
  const [{ key }] = masterKeys.derive('throttle')

  /** Names are bounded by the addresses that ask for them: no row outlives its hour. */
  const nameKey = (login: string) =>
    createHmac('sha256', key)
      .update(`mail ${canonicalName(login)}`)
      .digest('base64url')

  return {
    async reserve({ login, device: { address } }) {
      const wide = widePoolOf(address)
      const claims: Claim[] = [
        { pool: addressPool, key: `mail:address:${addressPoolOf(address)}` },
        ...(wide === undefined ? [] : [{ pool: widePool, key: `mail:address:${wide}` }]),
        { pool: namePool, key: `mail:name:${nameKey(login)}` },
      ]
      const taken = await takeAll(claims)
      if (!taken.granted) throw refuseAttempt(taken.waitMs)
      // Counted whatever becomes of it.
      await settle(taken.held)
    },
  }
}
