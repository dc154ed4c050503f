// At most a hundred live sessions a user: one beyond them ends the least recently used of its kind.

import { type Compilable, sql } from 'kysely'
import type { Database } from '../../db/database.ts'
import { whereLive } from '../../db/live-sessions.ts'
import { runInBatches } from '../../db/writes/batches.ts'
import type { AuditLog, FoundSessions } from '../audit/audit-log.ts'
import type { Revocations } from '../tokens/revocations.ts'
import type { TokenHolder } from './session-replays.ts'

export const maxLiveSessions = 100

/** The session that begins. */
export interface NewcomerSession extends TokenHolder {
  id: string
  userId: string
  startMs: number
}

export interface SessionLimit {
  /**
   * Commits the writes that begin a session, and with them the end of surplus ones: first of the
   * same client and transport, so that a script which signs in every few minutes ends its own
   * sessions and no browser's; of these the one whose last use is longest ago. Their access tokens
   * are refused at once. From an older version a user may have more than `endedAtOnce` too many:
   * the rest follows in the background, or with the next sign-in.
   */
  begin(newcomer: NewcomerSession, writes: readonly Compilable[]): Promise<void>
}

interface SessionLimitDeps {
  database: Database
  revocations: Revocations
  auditLog: AuditLog
  onChange: () => void
}

/**
 * Up to here nothing is ended, and a sign-in takes no lock: so many more of one user would have to
 * begin between the count and the commit to exceed the limit unseen.
 */
const countedFrom = maxLiveSessions / 2

/** With an entry in the audit log for each. */
const endedAtOnce = 20

export function createSessionLimit(deps: SessionLimitDeps): SessionLimit {
  const { database, revocations, auditLog, onChange } = deps
  const { kysely } = database

  async function isFarBelow({ userId, startMs }: NewcomerSession): Promise<boolean> {
    const live = await whereLive(kysely.selectFrom('sessions'), startMs)
      .select('id')
      .where('user_id', '=', userId)
      .limit(countedFrom)
      .execute()
    return live.length < countedFrom
  }

  /**
   * On PostgreSQL sign-ins of one user go one after the other from here on, and each sees what the
   * previous ones have begun and ended. On SQLite they do anyway.
   */
  function lockUser({ userId }: NewcomerSession): Compilable {
    return kysely
      .updateTable('users')
      .set(({ ref }) => ({ updated_at_ms: ref('updated_at_ms') }))
      .where('id', '=', userId)
  }

  function endSurplus(newcomer: NewcomerSession, limit: number): Compilable {
    const { id, userId, clientId, transport, startMs } = newcomer
    const surplus = whereLive(kysely.selectFrom('sessions'), startMs)
      .select('id')
      .where('user_id', '=', userId)
      .orderBy(
        sql`case
          when id = ${id} then 0
          when client_id = ${clientId} and transport = ${transport} then 2
          else 1
        end`,
      )
      .orderBy('last_used_at_ms', 'desc')
      .orderBy('id')
      .offset(maxLiveSessions)
      .limit(limit)
    return kysely
      .updateTable('sessions')
      .set({ revoked_at_ms: startMs, revoked_reason: 'session_limit' })
      .where('id', 'in', surplus)
      .where('revoked_at_ms', 'is', null)
  }

  /** What the previous write has ended. */
  function findEnded({ userId, startMs }: NewcomerSession): FoundSessions {
    return kysely
      .selectFrom('sessions')
      .where('user_id', '=', userId)
      .where('revoked_at_ms', '=', startMs)
      .where('revoked_reason', '=', 'session_limit')
  }

  async function endRest(newcomer: NewcomerSession): Promise<void> {
    const ended = findEnded(newcomer)
    const count = await runInBatches(async (size) => {
      const revoked = [{ kind: 'sessions', of: ended }] as const
      const writes = [lockUser(newcomer), endSurplus(newcomer, size)]
      return Number((await revocations.revoke(revoked, writes))[1])
    })
    if (count === 0) return
    const { userId } = newcomer
    const facts = { userId, why: 'session_limit', what: String(count) }
    await auditLog.record('sessions_ended', facts)
    onChange()
  }

  return {
    async begin(newcomer, writes) {
      if (await isFarBelow(newcomer)) {
        await database.runAtomically(writes)
        return
      }
      const ended = findEnded(newcomer)
      const counts = await revocations.revoke(
        [{ kind: 'sessions', of: ended }],
        [
          ...writes,
          lockUser(newcomer),
          endSurplus(newcomer, endedAtOnce),
          // Without a device: it is that of the session, and not of the sign-in that ended it.
          auditLog.entryForEach('session_ended', ended, 'session_limit'),
        ],
      )
      // Where it is interrupted, the next sign-in continues it.
      if (Number(counts.at(-2)) === endedAtOnce) void endRest(newcomer).catch(() => undefined)
    },
  }
}
