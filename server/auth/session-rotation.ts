// Rotation: a refresh token is traded for its successor once, forgiven shortly, and ends a thief's session.

import { type RawBuilder, sql } from 'kysely'
import { AppError } from '../contract/app-error.ts'
import type { Device } from '../contract/device.ts'
import type { Scope } from '../contract/scopes.ts'
import type { Clock } from '../db/clock.ts'
import type { Database } from '../db/database.ts'
import type { AuditLog } from './audit-log.ts'
import type { ChangeFeed } from './change-feed.ts'
import type { RefreshTokenParts, RefreshTokens } from './refresh-tokens.ts'
import type { SessionEndings } from './session-endings.ts'
import {
  expiryOf,
  type Session,
  type SessionDoor,
  type SessionRow,
  type SessionRows,
  toSession,
} from './session-rows.ts'

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
  /** Where it is shown, for the alarm. */
  device?: Device | undefined
}

export interface SessionRotation {
  /**
   * Trades a refresh token for its successor.
   * @throws AppError invalid_grant, alike for every cause; invalid_scope, and the token stays good
   */
  rotate(refreshToken: string, expected: Rotation): Promise<StartedSession>
  /** Whether the token would be taken, asked without taking it. Opens nothing. */
  isLive(refreshToken: string): Promise<boolean>
}

/**
 * In seconds: how long the token before may be shown again, by whom a reply did not reach. Outages of
 * the database do not count.
 */
export const refreshGraceSeconds = 30

interface SessionRotationParts {
  database: Database
  refreshTokens: RefreshTokens
  rows: SessionRows
  endings: Pick<SessionEndings, 'end'>
  clock: Clock
  /**
   * The clock of the grace: what carries the rotation out also dates it. A statement may reach a
   * database that hung a minute after it was sent, when its sender was told "later" long ago.
   */
  nowMs: () => RawBuilder<number>
  changeFeed: Pick<ChangeFeed, 'outMsWithin'>
  auditLog: AuditLog
  onChange: () => void
}

export function createSessionRotation(parts: SessionRotationParts): SessionRotation {
  const { database, refreshTokens, rows, endings, clock, nowMs, changeFeed } = parts
  const { auditLog, onChange } = parts
  const { kysely } = database

  /** Before the counter moves: a request that is refused must not use the current token up. */
  async function refuseWiderScope(
    { sessionId, counter }: RefreshTokenParts,
    scopes: readonly Scope[],
  ): Promise<void> {
    const row = await rows.find(sessionId)
    if (row?.counter !== counter) return
    const granted = toSession(row).scopes
    if (!scopes.every((scope) => granted.includes(scope))) throw refuseScope()
  }

  /** One conditional statement: of any number at once, exactly one moves the counter (R54). */
  function advanceCounter(
    { sessionId, counter }: RefreshTokenParts,
    expected: TokenHolder,
  ): Promise<SessionRow | undefined> {
    const sentAtMs = clock.now()
    return (
      kysely
        .updateTable('sessions')
        .set(({ eb, ref }) => ({
          counter: counter + 1,
          rotated_at_ms: nowMs(),
          last_used_at_ms: sentAtMs,
          idle_expires_at_ms: eb(eb.val(sentAtMs), '+', ref('idle_ms')),
        }))
        .where('id', '=', sessionId)
        .where('counter', '=', counter)
        // R15, R72: bound to its client, and a token of one door does not open the other.
        .where('client_id', '=', expected.clientId)
        .where('door', '=', expected.door)
        .where('revoked_at_ms', 'is', null)
        .where('idle_expires_at_ms', '>', sentAtMs)
        .where('expires_at_ms', '>', sentAtMs)
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
    expected: Rotation,
  ): Promise<SessionRow> {
    const row = await kysely
      .selectFrom('sessions')
      .selectAll()
      .select(sql<number>`${nowMs()} - rotated_at_ms`.as('since_rotation_ms'))
      .where('id', '=', sessionId)
      .executeTakeFirst()
    if (!row) throw refuseRefresh('session unknown')
    if (row.client_id !== expected.clientId || row.door !== expected.door) {
      throw refuseRefresh('of another client or door')
    }
    if (row.revoked_at_ms !== null) throw refuseRefresh('session ended')
    if (expiryOf(row) <= clock.now()) throw refuseRefresh('session expired')
    const { user_id: userId, client_id: clientId } = row
    const facts = { userId, sessionId, clientId, device: expected.device }
    if (counter > row.counter) {
      await auditLog.record('refresh_token_ahead', facts)
      throw refuseRefresh('ahead of the database')
    }
    const isOneBehind = row.counter - counter === 1
    // While the database was out, whose reply was lost could not ask again.
    const outMs = changeFeed.outMsWithin(row.since_rotation_ms)
    if (isOneBehind && row.since_rotation_ms - outMs <= refreshGraceSeconds * 1000) return row
    await endings.end(sessionId, 'refresh_token_reused', {
      writes: [auditLog.entry('refresh_token_reused', facts)],
    })
    auditLog.tell('refresh_token_reused', facts)
    throw refuseRefresh('used before')
  }

  return {
    async rotate(refreshToken, expected) {
      const presented = refreshTokens.read(refreshToken)
      if (!presented) throw refuseRefresh('not a token of ours')
      if (expected.scopes) await refuseWiderScope(presented, expected.scopes)
      const advanced = await advanceCounter(presented, expected)
      if (advanced) onChange()
      const row = advanced ?? (await forgiveOrEnd(presented, expected))
      const successor = refreshTokens.make({ sessionId: row.id, counter: row.counter })
      return { session: toSession(row), refreshToken: successor }
    },

    async isLive(refreshToken) {
      const presented = refreshTokens.read(refreshToken)
      if (!presented) return false
      const row = await rows.findLive(presented.sessionId)
      return row !== undefined && presented.counter <= row.counter
    },
  }
}

/** One public sentence for every cause. */
export function refuseRefresh(detail: string): AppError {
  return new AppError('invalid_grant', 'The refresh token is not valid any more', { detail })
}

/** R15: never more than was granted at sign-in. */
export function refuseScope(): AppError {
  return new AppError('invalid_scope', 'scope asks for more than this session was granted')
}
