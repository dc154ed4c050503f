// Forgetting one known device, by its user or by an admin: it counts as new at its next sign-in.

import { AppError } from '../../contract/app-error.ts'
import type { Database } from '../../db/database.ts'
import { RequiredWriteError, required } from '../../db/writes/required-write.ts'
import type { AuditFacts, AuditLog } from '../audit/audit-log.ts'
import type { KnownDevices } from './known-devices.ts'

/** @throws AppError not_found where the user has no such device */
export type ForgetDevice = (
  userId: string,
  deviceId: string,
  facts: Omit<AuditFacts, 'userId'>,
) => Promise<void>

interface DeviceRemovalDeps {
  database: Database
  knownDevices: Pick<KnownDevices, 'forget'>
  auditLog: Pick<AuditLog, 'entry'>
}

export function createDeviceRemoval(deps: DeviceRemovalDeps): ForgetDevice {
  const { database, knownDevices, auditLog } = deps
  return async (userId, deviceId, facts) => {
    try {
      await database.runAtomically([
        required(knownDevices.forget(userId, deviceId)),
        auditLog.entry('device_forgotten', { userId, ...facts }),
      ])
    } catch (error) {
      if (!(error instanceof RequiredWriteError)) throw error
      throw new AppError('not_found', 'There is no such device', { cause: error })
    }
  }
}
