// Sessions: one row each. Started at sign-in, rotated at every refresh, ended by sign-out or reuse.

import { type Compilable, type Selectable, sql } from 'kysely'
import { AppError } from '../contract/app-error.ts'
import type { Device } from '../contract/device.ts'
import { formatScope, isScope, type Scope } from '../contract/scopes.ts'
import type { Clock } from '../db/clock.ts'
import type { Database } from '../db/database.ts'
import { makeRandomId } from '../db/random-id.ts'
import type { SessionsTable } from '../db/tables.ts'
import type { RefreshTokenParts, RefreshTokens } from './refresh-tokens.ts'
import type { Revocations } from './revocations.ts'

/** The browser's cookie, or a token in the client's own hands: they live differently long (R57). */
export type SessionDoor = 'browser' | 'token'

export interface Session {
  id: string
  userId: string
  clientId: string
  scopes: readonly Scope[]
  door: SessionDoor
  createdAtMs: number
  /** The sooner of idle and absolute expiry. */
  expiresAtMs: number
}

/** Why a session ended; kept in its row. */
export type EndReason =
  | 'signed_out'
  | 'refresh_token_reused'
  | 'ended_by_user'
  | 'ended_by_admin'
  | 'password_changed'
  | 'client_removed'

export interface StartedSession {
  session: Session
  refreshToken: string
}

/** Who shows a refresh token, and at which door. */
export interface TokenHolder {
  clientId: string
  door: SessionDoor
}

export interface Rotation extends TokenHolder {
  /** What is asked for. Absent: what the session was granted. */
  scopes?: readonly Scope[] | undefined
}

export interface Sessions {
  start(options: {
    userId: string
    scopes: readonly Scope[]
    holder: TokenHolder
    device: Device
  }): Promise<StartedSession>
  /**
   * Trades a refresh token for its successor.
   * @throws AppError invalid_grant, alike for every cause; invalid_scope, and the token stays good
   */
  rotate(refreshToken: string, expected: Rotation): Promise<StartedSession>
  /** Whether the token would be taken, asked without taking it. Opens nothing. */
  isLive(refreshToken: string): Promise<boolean>
  /** Only where it has neither ended nor expired. */
  findLive(id: string): Promise<Session | undefined>
  /** Ends it; its access tokens are dead when this returns. Ending an ended one does nothing. */
  end(id: string, reason: EndReason): Promise<void>
  /**
   * Ends every live session of the user but `except`, together with `writes`: all of it happens, or
   * nothing.
   * @returns how many were ended
   */
  endAllOf(userId: string, reason: EndReason, options?: EndAllOptions): Promise<number>
}

interface EndAllOptions {
  /** The id of a session that goes on. */
  except?: string
  /** What causes the end: run first, so that one that is `required` decides. */
  writes?: readonly Compilable[]
}

/** In milliseconds (R57). */
export const sessionLifetimes: Record<SessionDoor, { idleMs: number; absoluteMs: number }> = {
  browser: { idleMs: 30 * 60_000, absoluteMs: 12 * 60 * 60_000 },
  token: { idleMs: 14 * 24 * 60 * 60_000, absoluteMs: 30 * 24 * 60 * 60_000 },
}

/** In seconds: how long the token before may be shown again, by whom a reply did not reach. */
export const refreshGraceSeconds = 30

interface SessionsParts {
  database: Database
  refreshTokens: RefreshTokens
  revocations: Revocations
  clock: Clock
  /** Called where a token turns up that was used before, or is ahead of the database. */
  onAlarm: (event: 'refresh_token_reused' | 'refresh_token_ahead', session: Session) => void
}

export function createSessions(parts: SessionsParts): Sessions {
  const { database, refreshTokens, revocations, clock, onAlarm } = parts
  const { kysely } = database

  async function end(id: string, reason: EndReason): Promise<void> {
    const write = kysely
      .updateTable('sessions')
      .set({ revoked_at_ms: clock.now(), revoked_reason: reason })
      .where('id', '=', id)
      .where('revoked_at_ms', 'is', null)
    await revocations.revoke([{ kind: 'session', subject: id }], [write])
  }

  /** Before the counter moves: a request that is refused must not use the current token up. */
  async function refuseWiderScope(
    { sessionId, counter }: RefreshTokenParts,
    scopes: readonly Scope[],
  ): Promise<void> {
    const row = await selectRow(sessionId)
    if (row?.counter !== counter) return
    const granted = toSession(row).scopes
    if (!scopes.every((scope) => granted.includes(scope))) throw refuseScope()
  }

  /** One conditional statement: of any number at once, exactly one moves the counter (R54). */
  function advanceCounter(
    { sessionId, counter }: RefreshTokenParts,
    expected: TokenHolder,
    nowMs: number,
  ): Promise<Selectable<SessionsTable> | undefined> {
    return (
      kysely
        .updateTable('sessions')
        .set(({ eb, ref }) => ({
          counter: counter + 1,
          rotated_at_ms: nowMs,
          last_used_at_ms: nowMs,
          idle_expires_at_ms: eb(eb.val(nowMs), '+', ref('idle_ms')),
        }))
        .where('id', '=', sessionId)
        .where('counter', '=', counter)
        // R15, R72: bound to its client, and a token of one door does not open the other.
        .where('client_id', '=', expected.clientId)
        .where('door', '=', expected.door)
        .where('revoked_at_ms', 'is', null)
        .where('idle_expires_at_ms', '>', nowMs)
        .where('expires_at_ms', '>', nowMs)
        .returningAll()
        .executeTakeFirst()
    )
  }

  /**
   * Judges a token whose counter was not the current one. One step behind, shortly after the
   * rotation, is a lost reply or a second tab (R55); anything older is theft, and the end of the
   * session is committed although the request fails (R56, RFC 9700 §4.14.2).
   */
  async function forgiveOrEnd(
    { sessionId, counter }: RefreshTokenParts,
    expected: TokenHolder,
    nowMs: number,
  ): Promise<Selectable<SessionsTable>> {
    const row = await selectRow(sessionId)
    if (!row) throw refuseRefresh('session unknown')
    if (row.client_id !== expected.clientId || row.door !== expected.door) {
      throw refuseRefresh('of another client or door')
    }
    if (row.revoked_at_ms !== null) throw refuseRefresh('session ended')
    if (expiryOf(row) <= nowMs) throw refuseRefresh('session expired')
    if (counter > row.counter) {
      onAlarm('refresh_token_ahead', toSession(row))
      throw refuseRefresh('ahead of the database')
    }
    const sinceRotationMs = nowMs - (row.rotated_at_ms ?? row.created_at_ms)
    const isOneBehind = row.counter - counter === 1
    if (isOneBehind && sinceRotationMs <= refreshGraceSeconds * 1000) return row
    await end(sessionId, 'refresh_token_reused')
    onAlarm('refresh_token_reused', toSession(row))
    throw refuseRefresh('used before')
  }

  function selectRow(id: string): Promise<Selectable<SessionsTable> | undefined> {
    return kysely.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst()
  }

  async function selectLiveRow(id: string): Promise<Selectable<SessionsTable> | undefined> {
    const row = await selectRow(id)
    const isLive = row?.revoked_at_ms === null && clock.now() < expiryOf(row)
    return isLive ? row : undefined
  }

  function toStarted(row: Selectable<SessionsTable>): StartedSession {
    const refreshToken = refreshTokens.make({ sessionId: row.id, counter: row.counter })
    return { session: toSession(row), refreshToken }
  }

  return {
    async start({ userId, scopes, holder, device }) {
      const nowMs = clock.now()
      const { idleMs, absoluteMs } = sessionLifetimes[holder.door]
      const row = await kysely
        .insertInto('sessions')
        .values({
          id: makeRandomId(),
          user_id: userId,
          client_id: holder.clientId,
          scope: formatScope(scopes),
          counter: 0,
          rotated_at_ms: null,
          created_at_ms: nowMs,
          last_used_at_ms: nowMs,
          idle_ms: idleMs,
          idle_expires_at_ms: nowMs + idleMs,
          expires_at_ms: nowMs + absoluteMs,
          revoked_at_ms: null,
          revoked_reason: null,
          door: holder.door,
          user_agent: device.userAgent?.slice(0, userAgentMaxLength) ?? null,
          address: device.address,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return toStarted(row)
    },

    async rotate(refreshToken, expected) {
      const presented = refreshTokens.read(refreshToken)
      if (!presented) throw refuseRefresh('not a token of ours')
      if (expected.scopes) await refuseWiderScope(presented, expected.scopes)
      const nowMs = clock.now()
      const row =
        (await advanceCounter(presented, expected, nowMs)) ??
        (await forgiveOrEnd(presented, expected, nowMs))
      return toStarted(row)
    },

    async isLive(refreshToken) {
      const presented = refreshTokens.read(refreshToken)
      if (!presented) return false
      const row = await selectLiveRow(presented.sessionId)
      return row !== undefined && presented.counter <= row.counter
    },

    async findLive(id) {
      const row = await selectLiveRow(id)
      return row && toSession(row)
    },

    end,

    async endAllOf(userId, reason, { except = '', writes = [] } = {}) {
      const nowMs = clock.now()
      const endLive = kysely
        .updateTable('sessions')
        .set({ revoked_at_ms: nowMs, revoked_reason: reason })
        .where('user_id', '=', userId)
        .where('id', '<>', except)
        .where('revoked_at_ms', 'is', null)
        .where('idle_expires_at_ms', '>', nowMs)
        .where('expires_at_ms', '>', nowMs)
      const ended = kysely
        .selectFrom('sessions')
        .where('user_id', '=', userId)
        .where('revoked_at_ms', '=', nowMs)
        .where('id', 'not in', (query) => query.selectFrom('revocations').select('id'))
      // Not by a list that was read before: a session that begins this moment would not be on it.
      const revoke = kysely
        .insertInto('revocations')
        .columns(['id', 'kind', 'subject', 'created_at_ms'])
        .expression(
          // A session ends once, so its id is free here.
          ended.select((row) => [
            'id',
            sql.lit('session').as('kind'),
            row.ref('id').as('subject'),
            sql.lit(nowMs).as('created_at_ms'),
          ]),
        )
      const counts = await database.runAtomically([...writes, endLive, revoke])
      // The database alone knows their names: this process learns them as the others do.
      await revocations.refresh()
      return Number(counts[writes.length])
    },
  }
}

const userAgentMaxLength = 400

function toSession(row: Selectable<SessionsTable>): Session {
  return {
    id: row.id,
    userId: row.user_id,
    clientId: row.client_id,
    scopes: row.scope.split(' ').filter(isScope),
    door: row.door,
    createdAtMs: row.created_at_ms,
    expiresAtMs: expiryOf(row),
  }
}

function expiryOf(row: Selectable<SessionsTable>): number {
  return Math.min(row.idle_expires_at_ms, row.expires_at_ms)
}

/** One public sentence for every cause. */
export function refuseRefresh(detail: string): AppError {
  return new AppError('invalid_grant', 'The refresh token is not valid any more', { detail })
}

/** R15: never more than was granted at sign-in. */
export function refuseScope(): AppError {
  return new AppError('invalid_scope', 'scope asks for more than this session was granted')
}
