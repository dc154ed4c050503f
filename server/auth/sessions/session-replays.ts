// A refresh token shown again: a lost reply is repeated or recovered, a copy ends the session.

import { type Compilable, type RawBuilder, sql } from 'kysely'
import type { Device } from '../../contract/device.ts'
import type { Scope } from '../../contract/scopes.ts'
import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { RequiredWriteError, required } from '../../db/writes/required-write.ts'
import type { AuditFacts, AuditLog } from '../audit/audit-log.ts'
import { addressPoolOf } from '../devices/address-pool.ts'
import { nameProgram } from '../devices/device-name.ts'
import type { RefreshTokenParts } from '../tokens/refresh-tokens.ts'
import { refuseRefresh, refuseScope } from './refresh-refusals.ts'
import { browserRotationMs, forgivenMax, judgeReplay, type ReplayAlarm } from './replay-verdict.ts'
import type { SessionEndings } from './session-endings.ts'
import {
  expiryOf,
  isSession,
  type SessionRow,
  type SessionTransport,
  toSession,
} from './session-rows.ts'

/** Who shows a refresh token, and over which transport. */
export interface TokenHolder {
  clientId: string
  transport: SessionTransport
}

export interface Rotation extends TokenHolder {
  /** The scope asked for. Absent: what the session was granted. */
  scopes?: readonly Scope[] | undefined
  /** Where it is shown, and by which browser or program. */
  device: Device
}

export interface SessionReplays {
  /**
   * Answers a token that was not traded.
   * @returns the session whose current token is the answer; undefined where it may be traded after
   *   all
   * @throws AppError invalid_grant, alike for every cause; invalid_scope, and nothing is changed
   */
  answer(presented: RefreshTokenParts, expected: Rotation): Promise<SessionRow | undefined>
}

interface SessionReplaysDeps {
  database: Database
  endings: Pick<SessionEndings, 'end'>
  clock: Clock
  nowMs: () => RawBuilder<number>
  changeFeed: Pick<ChangeFeed, 'outMsWithin' | 'watchWrite'>
  auditLog: AuditLog
  onChange: () => void
}

type ReplayedRow = SessionRow & { since_rotation_ms: number }

export function createSessionReplays(deps: SessionReplaysDeps): SessionReplays {
  const { database, endings, clock, nowMs, changeFeed, auditLog, onChange } = deps
  const { kysely } = database

  /** @throws AppError invalid_grant where the token belongs to no session that it could continue */
  async function read(
    { sessionId, userId, counter }: RefreshTokenParts,
    expected: Rotation,
  ): Promise<ReplayedRow> {
    const row = await kysely
      .selectFrom('sessions')
      .selectAll()
      .select(sql<number>`${nowMs()} - rotated_at_ms`.as('since_rotation_ms'))
      .where(isSession(sessionId, userId))
      .executeTakeFirst()
    if (!row) throw refuseRefresh('session unknown')
    if (counter >= row.counter && !isSameClient(row, expected)) {
      throw refuseRefresh('of another client or transport')
    }
    if (row.revoked_at_ms !== null) throw refuseRefresh('session ended')
    if (expiryOf(row) <= clock.now()) throw refuseRefresh('session expired')
    if (counter > row.counter) {
      await auditLog.record('refresh_token_ahead', describe(row, expected))
      throw refuseRefresh('ahead of the database')
    }
    return row
  }

  /** Finds no row once the session has ended, or was recovered by another request. */
  const update = (row: SessionRow) =>
    kysely
      .updateTable('sessions')
      .where('id', '=', row.id)
      .where('revoked_at_ms', 'is', null)
      .where('recovered_counter', 'is not distinct from', row.recovered_counter)

  /** A change and its entries, or nothing: what cannot be logged does not happen. */
  async function write(
    change: Compilable,
    event: 'refresh_forgiven' | 'refresh_recovered',
    row: SessionRow,
    expected: Rotation,
  ): Promise<boolean> {
    const events = isElsewhere(row, expected)
      ? ([event, 'refresh_from_elsewhere'] as const)
      : ([event] as const)
    const facts = describe(row, expected)
    const entries = events.map((each) => auditLog.entry(each, facts))
    try {
      await changeFeed.watchWrite(() => database.runAtomically([required(change), ...entries]))
    } catch (error) {
      if (error instanceof RequiredWriteError) return false
      throw error
    }
    return true
  }

  async function forgive(row: SessionRow, expected: Rotation): Promise<SessionRow | undefined> {
    // An ordinary refresh at the same time changes nothing: its successor is the next one.
    const change = update(row)
      .set(({ eb, ref }) => ({
        forgiven_count: eb(ref('forgiven_count'), '+', 1),
        rotated_address: expected.device.address,
      }))
      .where('forgiven_count', '<', forgivenMax)
    return (await write(change, 'refresh_forgiven', row, expected)) ? row : undefined
  }

  async function recover(row: SessionRow, expected: Rotation): Promise<SessionRow | undefined> {
    const sentAtMs = clock.now()
    const moved = {
      counter: row.counter + 1,
      recovered_counter: row.counter - 1,
      forgiven_count: 0,
      rotated_address: expected.device.address,
      last_used_at_ms: sentAtMs,
      idle_expires_at_ms: sentAtMs + row.idle_ms,
    }
    const change = update(row)
      .set({ ...moved, rotated_at_ms: nowMs() })
      .where('counter', '=', row.counter)
      .where('idle_expires_at_ms', '>', sentAtMs)
      .where('expires_at_ms', '>', sentAtMs)
    if (!(await write(change, 'refresh_recovered', row, expected))) return undefined
    onChange()
    return { ...row, ...moved }
  }

  /** The end is committed although the request fails (R56, RFC 9700 §4.14.2). */
  async function end(row: SessionRow, expected: Rotation, why: ReplayAlarm): Promise<never> {
    const facts = { ...describe(row, expected), why }
    await endings.end(row.id, 'refresh_token_reused', {
      writes: [auditLog.entry('refresh_token_reused', facts)],
    })
    throw refuseRefresh(why.replaceAll('_', ' '))
  }

  return {
    async answer(presented, expected) {
      const row = await read(presented, expected)
      if (presented.counter === row.counter) return isOtherTab(row, expected) ? row : undefined
      // While the database was out, a client whose reply was lost could not ask again.
      const outMs = changeFeed.outMsWithin(row.since_rotation_ms)
      const verdict = judgeReplay(row, {
        counter: presented.counter,
        isSameAgent: isSameAgent(row, expected),
        sinceRotationMs: row.since_rotation_ms - outMs,
      })
      if (verdict !== 'forgive' && verdict !== 'recover') return end(row, expected, verdict)
      requireScopes(row, expected.scopes)
      return verdict === 'forgive' ? forgive(row, expected) : recover(row, expected)
    },
  }
}

/** @throws AppError invalid_scope */
export function requireScopes(row: SessionRow, scopes: readonly Scope[] = []): void {
  const granted = toSession(row).scopes
  if (!scopes.every((scope) => granted.includes(scope))) throw refuseScope()
}

function describe(row: SessionRow, { device }: Rotation): AuditFacts {
  return { userId: row.user_id, sessionId: row.id, clientId: row.client_id, device }
}

function isSameClient(row: SessionRow, { clientId, transport }: TokenHolder): boolean {
  return row.client_id === clientId && row.transport === transport
}

/** The browser of the session's device cookie, or else the program that made the last refresh. */
function isSameAgent(row: SessionRow, expected: Rotation): boolean {
  const { deviceId, userAgent } = expected.device
  if (!isSameClient(row, expected)) return false
  if (row.device_id !== null) return row.device_id === deviceId
  return nameProgram(userAgent) === (row.rotated_by ?? nameProgram(row.user_agent))
}

/** Another tab of this browser, at the same place, has just been given the same token (R73). */
function isOtherTab(row: ReplayedRow, expected: Rotation): boolean {
  if (row.transport !== 'cookie' || row.rotated_at_ms === null) return false
  const isRecent = Math.abs(row.since_rotation_ms) < browserRotationMs
  return isRecent && isSameAgent(row, expected) && !isElsewhere(row, expected)
}

function isElsewhere(row: SessionRow, { device }: Rotation): boolean {
  return addressPoolOf(device.address) !== placeOf(row)
}

function placeOf({ rotated_address, address }: SessionRow): string {
  return addressPoolOf(rotated_address ?? address)
}
