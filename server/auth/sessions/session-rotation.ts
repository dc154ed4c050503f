// Rotation: a refresh token is traded for its successor once, forgiven shortly, and ends a thief's session.

import { type RawBuilder, sql } from 'kysely'
import { AppError } from '../../contract/app-error.ts'
import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import type { Clock } from '../../db/clock.ts'
import { compileOnce, type Slots } from '../../db/compile-once.ts'
import type { Database } from '../../db/database.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { nameProgram } from '../devices/device-name.ts'
import type { RefreshTokenParts, RefreshTokens } from '../tokens/refresh-tokens.ts'
import { refuseRefresh } from './refresh-refusals.ts'
import { browserRotationMs } from './replay-verdict.ts'
import type { SessionEndings } from './session-endings.ts'
import { createSessionReplays, type Rotation, requireScopes } from './session-replays.ts'
import {
  type Session,
  type SessionRow,
  type SessionRows,
  type SessionTransport,
  toSession,
} from './session-rows.ts'

export interface StartedSession {
  session: Session
  refreshToken: string
}

export interface SessionRotation {
  /**
   * Trades a refresh token for its successor.
   * @throws AppError invalid_grant, alike for every cause; invalid_scope, and the token stays
   *   valid; unavailable where too many requests trade tokens of the session at once
   */
  rotate(refreshToken: string, expected: Rotation): Promise<StartedSession>
  /** Whether the token would be accepted, checked without using it. Grants nothing. */
  isLive(refreshToken: string): Promise<boolean>
}

interface SessionRotationDeps {
  database: Database
  refreshTokens: RefreshTokens
  rows: SessionRows
  endings: Pick<SessionEndings, 'end'>
  clock: Clock
  /**
   * The clock of the grace: the database that carries out the rotation also dates it. A statement
   * may reach a database that hung a minute after it was sent, when its sender was told "later"
   * long ago.
   */
  nowMs: () => RawBuilder<number>
  changeFeed: Pick<ChangeFeed, 'outMsWithin' | 'watchWrite'>
  auditLog: AuditLog
  onChange: () => void
}

/** The values of the statement that moves the counter. */
interface Advance {
  sessionId: string
  userId: string | null
  counter: number
  nextCounter: number
  clientId: string
  transport: SessionTransport
  program: string
  address: string | null
  sentAtMs: number
  /** The least time since the previous rotation; 0 where it does not matter. */
  intervalMs: number
}

/** Each attempt fails only where another request has changed the session in between. */
const attemptsMax = 5

export function createSessionRotation(deps: SessionRotationDeps): SessionRotation {
  const { database, refreshTokens, rows, clock, nowMs, changeFeed, onChange } = deps
  const { kysely } = database
  const replays = createSessionReplays(deps)

  /** Before the counter moves: a refused request must not use the current token up. */
  async function refuseWiderScope(
    { sessionId, userId, counter }: RefreshTokenParts,
    { scopes }: Rotation,
  ): Promise<void> {
    if (scopes === undefined) return
    const row = await rows.find(sessionId, userId)
    if (row?.counter === counter) requireScopes(row, scopes)
  }

  /** One conditional statement: of any number at once, exactly one moves the counter (R54). */
  const advance = compileOnce(kysely, (slot: Slots<Advance>, now: RawBuilder<number>) =>
    kysely
      .updateTable('sessions')
      .set(({ eb, ref }) => ({
        counter: slot('nextCounter'),
        forgiven_count: 0,
        rotated_at_ms: now,
        rotated_by: slot('program'),
        rotated_address: slot('address'),
        last_used_at_ms: slot('sentAtMs'),
        idle_expires_at_ms: eb(slot('sentAtMs'), '+', ref('idle_ms')),
      }))
      .where('id', '=', slot('sessionId'))
      // A token of the older form names no user.
      .where('user_id', '=', ({ fn, ref }) => fn.coalesce(slot('userId'), ref('user_id')))
      .where('counter', '=', slot('counter'))
      .where(sinceRotationMs(now), '>=', slot('intervalMs'))
      // R15, R72: bound to its client, and a token of one transport is refused on the other.
      .where('client_id', '=', slot('clientId'))
      .where('transport', '=', slot('transport'))
      .where('revoked_at_ms', 'is', null)
      .where('idle_expires_at_ms', '>', slot('sentAtMs'))
      .where('expires_at_ms', '>', slot('sentAtMs'))
      .returningAll(),
  )

  async function advanceCounter(
    presented: RefreshTokenParts,
    { clientId, transport, device }: Rotation,
    intervalMs: number,
  ): Promise<SessionRow | undefined> {
    const values = {
      ...presented,
      userId: presented.userId ?? null,
      nextCounter: presented.counter + 1,
      clientId,
      transport,
      program: nameProgram(device.userAgent),
      address: device.address,
      sentAtMs: clock.now(),
      intervalMs,
    }
    const row = await changeFeed.watchWrite(async () => (await advance(values, nowMs()))[0])
    if (row) onChange()
    return row
  }

  return {
    async rotate(refreshToken, expected) {
      const presented = refreshTokens.read(refreshToken)
      if (!presented) throw refuseRefresh('not a token of ours')
      // Sooner than that, its row is read first: it says whether another tab has asked.
      let intervalMs = expected.transport === 'cookie' ? browserRotationMs : 0
      for (let attempt = 0; attempt < attemptsMax; attempt++) {
        await refuseWiderScope(presented, expected)
        const row =
          (await advanceCounter(presented, expected, intervalMs)) ??
          (await replays.answer(presented, expected))
        intervalMs = 0
        if (row) {
          const { user_id: userId, id, counter } = row
          const successor = refreshTokens.make({ userId, sessionId: id, counter })
          return { session: toSession(row), refreshToken: successor }
        }
      }
      throw new AppError('unavailable', 'The session is busy. Try again in a moment', {
        retryAfterSeconds: 1,
      })
    },

    async isLive(refreshToken) {
      const presented = refreshTokens.read(refreshToken)
      if (!presented) return false
      const row = await rows.findLive(presented.sessionId, presented.userId)
      return row !== undefined && presented.counter <= row.counter
    },
  }
}

/** A rotation that is dated in the future was dated by a clock that has been set back since. */
function sinceRotationMs(now: RawBuilder<number>): RawBuilder<number> {
  return sql<number>`abs(${now} - coalesce(rotated_at_ms, 0))`
}
