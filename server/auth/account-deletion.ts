// Deleting one's own account: the row, all that belongs to it, and every token, in one moment (R59).

import type { Device } from '../contract/device.ts'
import type { Database } from '../db/database.ts'
import { RequiredWriteError, required } from '../db/required-write.ts'
import type { AuditLog } from './audit-log.ts'
import type { UserIdentity } from './identity.ts'
import { isNotLastAdmin, lockAdmins, refuseLastAdmin } from './last-admin.ts'
import type { Reauthentication } from './reauthentication.ts'
import type { Revocations } from './revocations.ts'
import type { Users } from './users.ts'

export interface AccountDeletionRequest {
  identity: UserIdentity
  currentPassword: string | undefined
  device: Device
}

/**
 * @throws AppError reauthentication_required (R65), and what comes of the password that is then sent;
 *   conflict where it is the last admin's
 */
export type AccountDeletion = (request: AccountDeletionRequest) => Promise<void>

interface AccountDeletionParts {
  database: Database
  users: Users
  revocations: Revocations
  reauthentication: Pick<Reauthentication, 'require'>
  auditLog: AuditLog
}

/** Above every epoch that a user can reach: no token outlives it, not even one just being made. */
const finalEpoch = 2 ** 31 - 1

export function createAccountDeletion(parts: AccountDeletionParts): AccountDeletion {
  const { database, users, revocations, reauthentication, auditLog } = parts
  const { kysely } = database
  return async ({ identity, currentPassword, device }) => {
    const { id } = await reauthentication.require({ identity, currentPassword, device })
    const facts = { userId: id, sessionId: identity.sessionId, device }
    // Sessions, known devices and items go with the row that they refer to.
    const deletion = kysely
      .deleteFrom('users')
      .where('id', '=', id)
      .where((row) => isNotLastAdmin(row, id))
    try {
      await revocations.revoke(
        [{ kind: 'user', subject: id, epoch: finalEpoch }],
        [lockAdmins(kysely), required(deletion), auditLog.entry('account_deleted', facts)],
      )
    } catch (error) {
      if (!(error instanceof RequiredWriteError)) throw error
      // Deleted already, by another tab: then that is the answer.
      await users.getCaller(identity)
      throw refuseLastAdmin()
    }
    auditLog.tell('account_deleted', facts)
  }
}
