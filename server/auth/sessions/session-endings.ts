// Ending sessions, one or all of a user's: with it every token that was made for them, at once.

import type { Compilable, Expression, ExpressionBuilder, SelectQueryBuilder, SqlBool } from 'kysely'
import { type Clock, dayMs } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import type { Tables } from '../../db/tables.ts'
import { type OnProgress, runInBatches } from '../../db/writes/batches.ts'
import type { Revocations } from '../tokens/revocations.ts'
import { expiryOf } from './session-rows.ts'

/** Why a session ended; stored in its row. */
export type EndReason =
  | 'signed_out'
  | 'refresh_token_reused'
  | 'ended_by_user'
  | 'ended_by_admin'
  | 'password_changed'
  | 'client_removed'
  | 'database_restored'
  | 'session_limit'

export interface EndOptions {
  /**
   * Writes that belong to it: all of it happens, or none. They go first, so that a sign-in which
   * begins in the same moment is ended with the others, or finds what is written here and ends
   * itself.
   */
  writes?: readonly Compilable[]
}

export interface EndAllOptions extends EndOptions {
  /** The one that stays. */
  except?: string
  onProgress?: OnProgress | undefined
}

export interface SessionEndings {
  /** Ends it; its access tokens are refused when this returns. Ending an ended one does nothing. */
  end(id: string, reason: EndReason, options?: EndOptions): Promise<void>
  /**
   * Ends all that live. The first thousand of them end in one moment with `writes`, and every
   * access token of the user. Where there are more, they follow in batches, and so does any that
   * begins meanwhile. After an interruption it continues when it is called again.
   * @returns how many there were
   */
  endAllOf(userId: string, reason: EndReason, options?: EndAllOptions): Promise<number>
  /**
   * Ends the rows of the sessions that a client's registration has begun. Its tokens end by the
   * registration.
   */
  endAllOfRegistration(registrationId: string, onProgress?: OnProgress): Promise<number>
  /**
   * Ends those of all users, and every token, of machines too: at once, however many there are. A
   * session that begins while it runs may stay. @returns how many there were
   */
  endEverybodys(reason: EndReason, onProgress?: OnProgress): Promise<number>
}

interface SessionEndingsDeps {
  database: Database
  revocations: Revocations
  clock: Clock
  onChange: () => void
}

type FoundIds = SelectQueryBuilder<Tables, 'sessions', { id: string }>
type SessionCondition = (eb: ExpressionBuilder<Tables, 'sessions'>) => Expression<SqlBool>

export function createSessionEndings(deps: SessionEndingsDeps): SessionEndings {
  const { database, revocations, clock, onChange } = deps
  const { kysely } = database

  /**
   * Ends the sessions that `find` returns, a batch at a time, until it returns less than one. No
   * token is revoked here.
   * @returns how many of them lived
   */
  async function endInBatches(
    find: (previousId: string) => FoundIds,
    reason: EndReason,
    { onlyLive = false, onProgress }: { onlyLive?: boolean; onProgress?: OnProgress | undefined },
  ): Promise<number> {
    const nowMs = clock.now()
    let previousId = ''
    let ended = 0
    await runInBatches(async (size) => {
      const ids = (await find(previousId).limit(size).execute()).map(({ id }) => id)
      if (ids.length === 0) return 0
      const endedRows = await kysely
        .updateTable('sessions')
        .set({ revoked_at_ms: nowMs, revoked_reason: reason })
        .where('id', 'in', ids)
        .where('revoked_at_ms', 'is', null)
        .$if(onlyLive, (update) => update.where(livesAt(nowMs)))
        .returning(['idle_expires_at_ms', 'expires_at_ms'])
        .execute()
      ended += endedRows.filter((row) => nowMs < expiryOf(row)).length
      previousId = ids.at(-1) ?? previousId
      return ids.length
    }, onProgress)
    return ended
  }

  /** With a revocation for each, and `writes`: one transaction. @returns whether there may be more */
  async function endFirstBatch(
    userId: string,
    reason: EndReason,
    { except, writes = [] }: EndAllOptions,
  ): Promise<{ ended: number; isFull: boolean }> {
    const nowMs = clock.now()
    const open = kysely
      .selectFrom('sessions')
      .select('id')
      .where('user_id', '=', userId)
      .where('id', '!=', except ?? '')
      .where('revoked_at_ms', 'is', null)
      .limit(mostAtOnce)
    const isLive = livesAt(nowMs)
    const live = open.where(isLive)
    // An expired session no longer counts, but its last access token may live on.
    const expired = open
      .where((eb) => eb.not(isLive(eb)))
      .where('last_used_at_ms', '>', nowMs - longestTokenLifeMs)
    const end = (sessions: typeof open) =>
      kysely
        .updateTable('sessions')
        .set({ revoked_at_ms: nowMs, revoked_reason: reason })
        .where('id', 'in', sessions)
        .where('revoked_at_ms', 'is', null)
    // By what the previous statement has ended, so that none slips in between.
    const ended = kysely
      .selectFrom('sessions')
      .where('user_id', '=', userId)
      .where('revoked_at_ms', '=', nowMs)
      .where('revoked_reason', '=', reason)
    // One row for all of them where none stays: that also ends a sign-in in progress.
    const counts = await (except === undefined
      ? revocations.revoke(
          [{ kind: 'user', subject: userId }],
          [...writes, end(live), end(expired), raiseTokenVersion(userId)],
        )
      : revocations.revoke([{ kind: 'sessions', of: ended }], [...writes, end(live), end(expired)]))
    const [liveCount, expiredCount] = counts.slice(writes.length).map(Number)
    return {
      ended: liveCount ?? 0,
      isFull: liveCount === mostAtOnce || expiredCount === mostAtOnce,
    }
  }

  /** Every access token of the user, in one row however many there are; a refresh brings new ones. */
  async function endTokensOf(userId: string): Promise<void> {
    await revocations.revoke([{ kind: 'user', subject: userId }], [raiseTokenVersion(userId)])
  }

  function raiseTokenVersion(userId: string): Compilable {
    return kysely
      .updateTable('users')
      .set((eb) => ({ token_version: eb('token_version', '+', 1) }))
      .where('id', '=', userId)
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

    async endAllOf(userId, reason, options = {}) {
      const { except, onProgress } = options
      const first = await endFirstBatch(userId, reason, options)
      let ended = first.ended
      if (first.isFull) {
        // Where none stays, that was done in the first moment.
        if (except !== undefined) await endTokensOf(userId)
        const rest = kysely
          .selectFrom('sessions')
          .select('id')
          .where('user_id', '=', userId)
          .where('id', '!=', except ?? '')
          .where('revoked_at_ms', 'is', null)
        ended += await endInBatches(() => rest, reason, { onProgress })
        // Once more, for sessions refreshed before their turn had come.
        await endTokensOf(userId)
      }
      onChange()
      return ended
    },

    async endAllOfRegistration(registrationId, onProgress) {
      const open = kysely
        .selectFrom('sessions')
        .select('id')
        .where('registration_id', '=', registrationId)
        .where('revoked_at_ms', 'is', null)
      const ended = await endInBatches(() => open, 'client_removed', { onProgress })
      onChange()
      return ended
    },

    async endEverybodys(reason, onProgress) {
      await revocations.revoke([{ kind: 'everybody' }])
      // By their ids, so that it takes as many steps as there are rows, and none of them long.
      const after = (id: string) =>
        kysely.selectFrom('sessions').select('id').where('id', '>', id).orderBy('id')
      const ended = await endInBatches(after, reason, { onlyLive: true, onProgress })
      // Once more, for sessions refreshed before their turn had come.
      await revocations.revoke([{ kind: 'everybody' }])
      onChange()
      return ended
    },
  }
}

const livesAt =
  (nowMs: number): SessionCondition =>
  (eb) =>
    eb.and([eb('idle_expires_at_ms', '>', nowMs), eb('expires_at_ms', '>', nowMs)])

/** In one moment with the writes that belong to it; hardly any user has more. */
const mostAtOnce = 1_000

/** The most that ACCESS_TOKEN_EXPIRE_MINUTES can be set to. */
const longestTokenLifeMs = dayMs
