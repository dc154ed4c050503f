// The end of an account: it and every token are gone in one moment (R59), and its rows follow.

import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import type { UserData } from '../../db/user-data.ts'
import { purgeInBatches } from '../../db/writes/batches.ts'
import { RequiredWriteError, required } from '../../db/writes/required-write.ts'
import type { AuditFacts, AuditLog } from '../audit/audit-log.ts'
import type { MailNotices } from '../mail/mail-notices.ts'
import type { Revocations } from '../tokens/revocations.ts'
import { isNotLastAdmin, lockAdmins } from '../users/last-admin.ts'

/**
 * @param facts who does it, for the entry in the audit log
 * @returns false where nothing happens: there is no such user, or it is the last admin
 */
export type DeleteUser = (id: string, facts: Omit<AuditFacts, 'userId'>) => Promise<boolean>

interface UserDeletionDeps {
  database: Database
  clock: Clock
  feed: Pick<ChangeFeed, 'follow'>
  revocations: Revocations
  mailNotices: MailNotices
  auditLog: AuditLog
  /** What the app's own features store about users. */
  featureData: readonly UserData[]
}

/**
 * Above every token version that a user can reach: no token outlives it, not even one just being
 * made.
 */
const finalTokenVersion = 2 ** 31 - 1

export function createUserDeletion(deps: UserDeletionDeps): DeleteUser {
  const { database, clock, feed, revocations, mailNotices, auditLog, featureData } = deps
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

  /** To the address that is still there. */
  async function writeNotice(id: string, { actorId, device }: Parameters<DeleteUser>[1]) {
    const recipient = await kysely
      .selectFrom('users')
      .select(['id', 'username', 'email'])
      .where('id', '=', id)
      .executeTakeFirst()
    const own = actorId === undefined ? (device ?? null) : null
    return recipient ? mailNotices.write('account_deleted', recipient, own) : []
  }

  return async (id, facts) => {
    const notice = await writeNotice(id, facts)
    // From here on there is no such account, whatever rows are left of it.
    const deletion = kysely
      .updateTable('users')
      .set({ disabled: 1, deleted_at_ms: clock.now() })
      .where('id', '=', id)
      .where('deleted_at_ms', 'is', null)
      .where((row) => isNotLastAdmin(row, id))
    const entry = auditLog.entry('account_deleted', { userId: id, ...facts })
    try {
      await revocations.revoke(
        [{ kind: 'user', subject: id, tokenVersion: finalTokenVersion }],
        [lockAdmins(kysely), required(deletion), entry, ...notice],
      )
    } catch (error) {
      if (!(error instanceof RequiredWriteError)) throw error
      return false
    }
    await deleteRows(id)
    return true
  }
}
