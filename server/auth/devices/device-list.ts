// The devices that a user has signed in with, as a person reads them.

import { deviceLifetimeMs } from '../../contract/device.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { nameDevice } from './device-name.ts'

export interface ListedDevice {
  id: string
  /** "Firefox on Linux"; null where no session says it any more. */
  name: string | null
  /** Where it was used last; null where no session says it any more. */
  address: string | null
  createdAtMs: number
  lastUsedAtMs: number
}

/** Those that the throttle knows, the one used last first: 20 at most. */
export type ReadDeviceList = (userId: string) => Promise<ListedDevice[]>

/** Sessions, the newest: older ones may say nothing of a device that is still known. */
const mostSessions = 1_000

export function createDeviceList(deps: { database: Database; clock: Clock }): ReadDeviceList {
  const { clock } = deps
  const { kysely } = deps.database
  return async (userId) => {
    const devices = await kysely
      .selectFrom('known_devices')
      .selectAll()
      .where('user_id', '=', userId)
      .where('last_used_at_ms', '>', clock.now() - deviceLifetimeMs)
      .orderBy('last_used_at_ms', 'desc')
      .orderBy('device_id')
      .execute()
    if (devices.length === 0) return []
    const ids = devices.map(({ device_id }) => device_id)
    const sessions = await kysely
      .selectFrom('sessions')
      .select(['device_id', 'user_agent', 'address'])
      .where('user_id', '=', userId)
      .where('device_id', 'in', ids)
      .orderBy('last_used_at_ms', 'desc')
      .limit(mostSessions)
      .execute()
    return devices.map((device) => {
      const last = sessions.find(({ device_id }) => device_id === device.device_id)
      return {
        id: device.device_id,
        name: nameDevice(last?.user_agent ?? null),
        address: last?.address ?? null,
        createdAtMs: device.created_at_ms,
        lastUsedAtMs: device.last_used_at_ms,
      }
    })
  }
}
