// The rows of `sessions` as the rules see them: what a session is, and which of them live.

import { type ExpressionBuilder, type Selectable, sql } from 'kysely'
import { isScope, type Scope } from '../../contract/scopes.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { whereLive } from '../../db/live-sessions.ts'
import type { SessionsTable, Tables } from '../../db/tables.ts'

/**
 * The browser's cookie, or a bearer token that the client stores itself: their lifetimes differ
 * (R57).
 */
export type SessionTransport = 'cookie' | 'bearer'

export interface Session {
  id: string
  userId: string
  clientId: string
  /** null for a built-in client, which has none. */
  registrationId: string | null
  scopes: readonly Scope[]
  transport: SessionTransport
  /** "Keep me signed in": the cookie outlives the browser, and the session may be idle longer. */
  persistent: boolean
  createdAtMs: number
  /** Its last refresh: no call writes to the database only because it was made. */
  lastUsedAtMs: number
  idleMs: number
  /** The sooner of idle and absolute expiry. */
  expiresAtMs: number
  /** The absolute expiry, which no refresh moves. */
  endsAtMs: number
  address: string | null
  userAgent: string | null
  /** null for clients without a device cookie. */
  deviceId: string | null
  /** A device the user had not signed in on before, and has not confirmed yet. */
  isNewDevice: boolean
}

export type SessionRow = Selectable<SessionsTable>

export interface ListOptions {
  /** This one comes before all others, which follow by their last use. */
  first?: string
  /** 1,000 by default: more than a person reads, and few enough to be cheap. */
  limit?: number
}

/** `userId` is what a token says, where it says it: see `isSession`. */
export interface SessionRows {
  find(id: string, userId?: string): Promise<SessionRow | undefined>
  /** Only where it has neither ended nor expired. */
  findLive(id: string, userId?: string): Promise<SessionRow | undefined>
  listLive(userId: string, options?: ListOptions): Promise<Session[]>
  countLive(userId: string): Promise<number>
}

interface SessionRowsDeps {
  database: Database
  clock: Clock
}

export function createSessionRows({ database, clock }: SessionRowsDeps): SessionRows {
  const { kysely } = database

  function find(id: string, userId?: string): Promise<SessionRow | undefined> {
    return kysely.selectFrom('sessions').selectAll().where(isSession(id, userId)).executeTakeFirst()
  }

  return {
    find,

    async findLive(id, userId) {
      const row = await find(id, userId)
      const isLive = row?.revoked_at_ms === null && clock.now() < expiryOf(row)
      return isLive ? row : undefined
    },

    async listLive(userId, { first = '', limit = 1_000 } = {}) {
      const rows = await whereLive(kysely.selectFrom('sessions'), clock.now())
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy(sql`case when id = ${first} then 0 else 1 end`)
        .orderBy('last_used_at_ms', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(toSession)
    },

    async countLive(userId) {
      const { count } = await whereLive(kysely.selectFrom('sessions'), clock.now())
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('user_id', '=', userId)
        .executeTakeFirstOrThrow()
      return Number(count)
    },
  }
}

/** By both ids where both are known, so that the rows can be split by user one day. */
export function isSession(id: string, userId: string | undefined) {
  return ({ and }: ExpressionBuilder<Tables, 'sessions'>) =>
    and(userId === undefined ? { id } : { id, user_id: userId })
}

export function toSession(row: SessionRow): Session {
  return {
    id: row.id,
    userId: row.user_id,
    clientId: row.client_id,
    registrationId: row.registration_id,
    scopes: row.scope.split(' ').filter(isScope),
    transport: row.transport,
    persistent: row.persistent === 1,
    createdAtMs: row.created_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
    idleMs: row.idle_ms,
    expiresAtMs: expiryOf(row),
    endsAtMs: row.expires_at_ms,
    address: row.address,
    userAgent: row.user_agent,
    deviceId: row.device_id,
    isNewDevice: row.is_new_device === 1,
  }
}

export function expiryOf(row: Pick<SessionRow, 'idle_expires_at_ms' | 'expires_at_ms'>): number {
  return Math.min(row.idle_expires_at_ms, row.expires_at_ms)
}
