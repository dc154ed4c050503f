// Deleting one's own account: it and every token are gone in one moment (R59), and its rows follow.

import type { Device } from '../../contract/device.ts'
import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import type { UserData } from '../../db/user-data.ts'
import { purgeInBatches } from '../../db/writes/batches.ts'
import { RequiredWriteError, required } from '../../db/writes/required-write.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Reauthentication } from '../sign-in/reauthentication.ts'
import type { UserIdentity } from '../tokens/identity.ts'
import type { Revocations } from '../tokens/revocations.ts'
import { isNotLastAdmin, lockAdmins, refuseLastAdmin } from '../users/last-admin.ts'
import type { Users } from '../users/users.ts'

export interface AccountDeletionRequest {
  identity: UserIdentity
  currentPassword: string | undefined
  device: Device
}

/**
 * @throws AppError reauthentication_required (R65), and the errors of checking the password that is
 *   then sent; conflict where it is the last admin's
 */
export type AccountDeletion = (request: AccountDeletionRequest) => Promise<void>

interface AccountDeletionDeps {
  database: Database
  clock: Clock
  feed: Pick<ChangeFeed, 'follow'>
  users: Users
  revocations: Revocations
  reauthentication: Pick<Reauthentication, 'require'>
  auditLog: AuditLog
  /** What the app's own features store about users. */
  featureData: readonly UserData[]
}

/**
 * Above every token version that a user can reach: no token outlives it, not even one just being
 * made.
 */
const finalTokenVersion = 2 ** 31 - 1

export function createAccountDeletion(deps: AccountDeletionDeps): AccountDeletion {
  const { database, clock, feed, users, revocations, reauthentication, auditLog, featureData } =
    deps
  const { kysely } = database

  /**
   * The many rows that refer to it go in batches, and the account last, with what is left. Calling
   * it twice at once, or after an interruption, does no harm.
   */
  async function deleteRows(userId: string): Promise<void> {
    const sessions = kysely.selectFrom('sessions').select('id').where('user_id', '=', userId)
    for (const { deleteSome } of featureData) {
      if (deleteSome) await purgeInBatches((size) => deleteSome(userId, size))
    }
    await purgeInBatches((size) =>
      kysely
        .deleteFrom('sessions')
        .where('id', 'in', sessions.limit(size))
        .executeTakeFirstOrThrow(),
    )
    await kysely
      .deleteFrom('users')
      .where('id', '=', userId)
      .where('deleted_at_ms', 'is not', null)
      .execute()
  }

  feed.follow({
    /** Finishes what an interrupted process has left. */
    async purge() {
      const left = await kysely
        .selectFrom('users')
        .select('id')
        .where('deleted_at_ms', 'is not', null)
        .execute()
      for (const { id } of left) await deleteRows(id)
      return {}
    },
  })

  return async ({ identity, currentPassword, device }) => {
    const { id } = await reauthentication.require({ identity, currentPassword, device })
    const facts = { userId: id, sessionId: identity.sessionId, device }
    // From here on there is no such account, whatever rows are left of it.
    const deletion = kysely
      .updateTable('users')
      .set({ disabled: 1, deleted_at_ms: clock.now() })
      .where('id', '=', id)
      .where('deleted_at_ms', 'is', null)
      .where((row) => isNotLastAdmin(row, id))
    try {
      await revocations.revoke(
        [{ kind: 'user', subject: id, tokenVersion: finalTokenVersion }],
        [lockAdmins(kysely), required(deletion), auditLog.entry('account_deleted', facts)],
      )
    } catch (error) {
      if (!(error instanceof RequiredWriteError)) throw error
      // Deleted already, by another tab: this call answers the same.
      await users.getCaller(identity)
      throw refuseLastAdmin()
    }
    await deleteRows(id)
  }
}
