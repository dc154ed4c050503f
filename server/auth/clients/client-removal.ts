// Removing a client: its registration goes in one moment, and the rows of its sessions follow.

import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import type { Database } from '../../db/database.ts'
import type { OnProgress } from '../../db/writes/batches.ts'
import { RequiredWriteError, required } from '../../db/writes/required-write.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Actor } from '../sessions/account-change.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Revocations } from '../tokens/revocations.ts'

export interface ClientRemoval {
  /**
   * From the first moment on no token that the client was given is accepted. If that is
   * interrupted, the next call ends the rows, or a server within a minute.
   * @returns false where there was nothing to remove
   */
  remove(id: string, by: Actor, onProgress?: OnProgress): Promise<boolean>
}

interface ClientRemovalDeps {
  database: Database
  revocations: Revocations
  sessions: Pick<Sessions, 'endAllOfRegistration'>
  auditLog: AuditLog
  feed: Pick<ChangeFeed, 'follow'>
}

export function createClientRemoval(deps: ClientRemovalDeps): ClientRemoval {
  const { database, revocations, sessions, auditLog, feed } = deps
  const { kysely } = database

  async function findRegistration(column: 'client_id' | 'registration_id', value: string) {
    const row = await kysely
      .selectFrom('oauth_clients')
      .select('registration_id')
      .where(column, '=', value)
      .executeTakeFirst()
    return row?.registration_id
  }

  /** With one revocation, however many sessions there are. @returns false where it is gone already */
  async function removeRegistration(id: string, by: Actor): Promise<boolean> {
    const registrationId = await findRegistration('client_id', id)
    if (registrationId === undefined) return false
    const facts = { actorId: by.id, clientId: by.clientId, what: id, device: by.device }
    const removal = kysely.deleteFrom('oauth_clients').where('registration_id', '=', registrationId)
    try {
      await revocations.revoke(
        [
          { kind: 'client', subject: registrationId },
          // For the tokens of its users that were issued before they named the registration.
          { kind: 'client', subject: id },
        ],
        [required(removal), auditLog.entry('client_removed', facts)],
      )
    } catch (error) {
      if (!(error instanceof RequiredWriteError)) throw error
      return false
    }
    return true
  }

  /** One look-up in an index for each registration that has sessions: they are few. */
  async function findNextWithSessions(after: string): Promise<string | undefined> {
    const row = await kysely
      .selectFrom('sessions')
      .select('registration_id')
      .where('registration_id', '>', after)
      .where('revoked_at_ms', 'is', null)
      .orderBy('registration_id')
      .limit(1)
      .executeTakeFirst()
    return row?.registration_id ?? undefined
  }

  async function endSessionsOfRemoved(onProgress?: OnProgress): Promise<number> {
    let ended = 0
    let registrationId = await findNextWithSessions('')
    while (registrationId !== undefined) {
      if ((await findRegistration('registration_id', registrationId)) === undefined) {
        ended += await sessions.endAllOfRegistration(registrationId, onProgress)
      }
      registrationId = await findNextWithSessions(registrationId)
    }
    return ended
  }

  feed.follow({
    async purge(onProgress) {
      await endSessionsOfRemoved(onProgress)
      return {}
    },
  })
  return {
    async remove(id, by, onProgress) {
      const isRemoved = await removeRegistration(id, by)
      const ended = await endSessionsOfRemoved(onProgress)
      return isRemoved || ended > 0
    },
  }
}
