// Ending sessions, one or all of a user's: with it every token that was made for them, at once.

import { type Compilable, sql } from 'kysely'
import { type Clock, dayMs } from '../db/clock.ts'
import type { Database } from '../db/database.ts'
import type { Revocations } from './revocations.ts'

/** Why a session ended; kept in its row. */
export type EndReason =
  | 'signed_out'
  | 'refresh_token_reused'
  | 'ended_by_user'
  | 'ended_by_admin'
  | 'password_changed'
  | 'client_removed'
  | 'database_restored'

export interface EndOptions {
  /**
   * What belongs to it: all of it happens, or none. It goes first, so that a sign-in which begins in
   * the same moment is ended with the others, or finds what is written here and ends itself.
   */
  writes?: readonly Compilable[]
}

export interface EndAllOptions extends EndOptions {
  /** The one that stays. */
  except?: string
}

export interface SessionEndings {
  /** Ends it; its access tokens are dead when this returns. Ending an ended one does nothing. */
  end(id: string, reason: EndReason, options?: EndOptions): Promise<void>
  /** Ends all that live. @returns how many there were */
  endAllOf(userId: string, reason: EndReason, options?: EndAllOptions): Promise<number>
  /**
   * Ends those of everybody, and every token, of machines too: at once, however many there are. What
   * begins while it runs may stay. @returns how many there were
   */
  endEverybodys(reason: EndReason): Promise<number>
}

interface SessionEndingsParts {
  database: Database
  revocations: Revocations
  clock: Clock
  onChange: () => void
}

export function createSessionEndings(parts: SessionEndingsParts): SessionEndings {
  const { database, revocations, clock, onChange } = parts
  const { kysely } = database

  /** By their ids, so that it takes as many steps as there are rows, and none of them long. */
  async function endAfter(previousId: string, nowMs: number, reason: EndReason) {
    const ids = await kysely
      .selectFrom('sessions')
      .select('id')
      .where('id', '>', previousId)
      .orderBy('id')
      .limit(batchSize)
      .execute()
    const lastId = ids.at(-1)?.id
    if (lastId === undefined) return undefined
    const { numUpdatedRows } = await kysely
      .updateTable('sessions')
      .set({ revoked_at_ms: nowMs, revoked_reason: reason })
      .where('id', '>', previousId)
      .where('id', '<=', lastId)
      .where('revoked_at_ms', 'is', null)
      .where('idle_expires_at_ms', '>', nowMs)
      .where('expires_at_ms', '>', nowMs)
      .executeTakeFirstOrThrow()
    return { lastId, count: Number(numUpdatedRows) }
  }

  return {
    async end(id, reason, { writes = [] } = {}) {
      const write = kysely
        .updateTable('sessions')
        .set({ revoked_at_ms: clock.now(), revoked_reason: reason })
        .where('id', '=', id)
        .where('revoked_at_ms', 'is', null)
      await revocations.revoke([{ kind: 'session', subject: id }], [...writes, write])
      onChange()
    },

    async endAllOf(userId, reason, { except = '', writes = [] } = {}) {
      const nowMs = clock.now()
      const endOthers = kysely
        .updateTable('sessions')
        .set({ revoked_at_ms: nowMs, revoked_reason: reason })
        .where('user_id', '=', userId)
        .where('id', '!=', except)
        .where('revoked_at_ms', 'is', null)
      const endLive = endOthers
        .where('idle_expires_at_ms', '>', nowMs)
        .where('expires_at_ms', '>', nowMs)
      // One that has expired counts no more, but its last access token may live on.
      const endExpired = endOthers.where('last_used_at_ms', '>', nowMs - longestTokenLifeMs)
      // By what the statement before has ended, so that none slips in between.
      const ended = kysely
        .selectFrom('sessions')
        .where('user_id', '=', userId)
        .where('revoked_at_ms', '=', nowMs)
        .where('revoked_reason', '=', reason)
      const revokeEnded = kysely
        .insertInto('revocations')
        .columns(['id', 'kind', 'subject', 'created_at_ms'])
        // A session ends once, so its id is free here; two calls in one millisecond are one.
        .expression(
          ended.select((row) => [
            'id',
            sql.lit('session').as('kind'),
            row.ref('id').as('subject'),
            sql.lit(nowMs).as('created_at_ms'),
          ]),
        )
        .onConflict((conflict) => conflict.doNothing())
      const announcement = database.announcement()
      const counts = await database.runAtomically([
        ...writes,
        endLive,
        endExpired,
        revokeEnded,
        ...(announcement ? [announcement] : []),
      ])
      // The sessions were named by the database alone: this process learns them as the others do.
      await revocations.refresh()
      onChange()
      return Number(counts[writes.length])
    },

    async endEverybodys(reason) {
      await revocations.revoke([{ kind: 'everybody' }])
      const nowMs = clock.now()
      let ended = 0
      let batch = await endAfter('', nowMs, reason)
      while (batch) {
        ended += batch.count
        batch = await endAfter(batch.lastId, nowMs, reason)
      }
      // Once more, for what was refreshed before its turn had come.
      await revocations.revoke([{ kind: 'everybody' }])
      onChange()
      return ended
    },
  }
}

const batchSize = 5_000

/** The most that ACCESS_TOKEN_EXPIRE_MINUTES can be set to. */
const longestTokenLifeMs = dayMs
