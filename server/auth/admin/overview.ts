// The state of the whole installation: counted from rows that there are, and never further than it must.

import { type RawBuilder, sql } from 'kysely'
import type { AuditEvent } from '../../contract/audit-events.ts'
import type { Overview } from '../../contract/overview.ts'
import { overviewCountedTo } from '../../contract/overview-limit.ts'
import { toRfc3339 } from '../../contract/rfc3339.ts'
import { type Clock, dayMs } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import type { EventCounts } from '../audit/event-counts.ts'
import type { KeyRotation } from '../keys/key-rotation.ts'
import type { LoginThrottle } from '../throttle/login-throttle.ts'

export type ReadOverview = () => Promise<Overview>

interface OverviewDeps {
  database: Database
  clock: Clock
  keyRotation: Pick<KeyRotation, 'list'>
  loginThrottle: Pick<LoginThrottle, 'limitsOf'>
  eventCounts: EventCounts
  version: string
}

const hourMs = 60 * 60_000
/** However many admins look, it is counted once in this time by each process. */
const cachedForMs = 15_000
const attentionMs = 30 * dayMs
const oldKeyMs = 365 * dayMs
const mostShown = 20
/** Sessions that are looked at to count the live ones: where there are more, it is at least so many. */
const mostSessions = 20_000
/** Accounts that were closed lately: those are looked up one by one. */
const mostClosed = 100

const alarms = ['refresh_token_reused', 'refresh_token_ahead'] as const satisfies AuditEvent[]

export function createOverview(deps: OverviewDeps): ReadOverview {
  const { database, clock, keyRotation, loginThrottle, eventCounts, version } = deps
  const { kysely } = database

  /** An index holds event and time: each part is one stretch of it. */
  async function countEvents(event: AuditEvent, starts: readonly number[], partMs: number) {
    const parts = starts.map((startMs, place) => {
      const some = kysely
        .selectFrom('audit_events')
        .select('id')
        .where('event', '=', event)
        .where('created_at_ms', '>=', startMs)
        .where('created_at_ms', '<', startMs + partMs)
        .limit(overviewCountedTo)
      return sql<number>`(select count(*) from (${some}) as counted)`.as(`part_${place}`)
    })
    const row = await kysely.selectNoFrom(parts).executeTakeFirstOrThrow()
    return starts.map((_, place) => Number((row as Record<string, unknown>)[`part_${place}`]))
  }

  async function chart(count: number, partMs: number) {
    const lastMs = Math.floor(clock.now() / partMs) * partMs
    const starts = Array.from(
      { length: count },
      (_, place) => lastMs - (count - 1 - place) * partMs,
    )
    const [signed_in, refused, closed] = await Promise.all(
      (['signed_in', 'sign_in_refused', 'sign_in_closed'] as const).map((event) =>
        countEvents(event, starts, partMs),
      ),
    )
    return {
      since: toRfc3339(starts[0] ?? lastMs),
      part_seconds: partMs / 1_000,
      ...{ signed_in: signed_in ?? [], refused: refused ?? [], closed: closed ?? [] },
    }
  }

  async function countRows(some: RawBuilder<unknown>): Promise<number> {
    const { rows } = await sql<{
      count: number
    }>`select count(*) as count from (${some}) as counted`.execute(kysely)
    return Number(rows[0]?.count)
  }

  /** Of those that have not expired, found by an index; ended ones are among them. */
  const countLive = () => {
    const some = kysely
      .selectFrom('sessions')
      .select(['revoked_at_ms', 'idle_expires_at_ms'])
      .where('expires_at_ms', '>', clock.now())
      .limit(mostSessions)
    return countRows(sql`select 1 from (${some}) as unexpired
      where revoked_at_ms is null and idle_expires_at_ms > ${clock.now()} limit ${overviewCountedTo}`)
  }

  const countSeen = (withinMs: number) =>
    countRows(
      sql`select 1 from users where last_seen_at_ms > ${clock.now() - withinMs}
        limit ${overviewCountedTo}`,
    )

  async function listEvents(event: AuditEvent, limit: number) {
    return kysely
      .selectFrom('audit_events')
      .leftJoin('users', 'users.id', 'audit_events.user_id')
      .select(['audit_events.id', 'audit_events.created_at_ms', 'event', 'user_id', 'username'])
      .where('event', '=', event)
      .where('audit_events.created_at_ms', '>=', clock.now() - attentionMs)
      .orderBy('audit_events.created_at_ms', 'desc')
      .orderBy('audit_events.id', 'desc')
      .limit(limit)
      .execute()
  }

  async function listLocked() {
    const closings = await listEvents('sign_in_closed', mostClosed)
    const locked: Overview['attention']['locked'] = []
    const seen = new Set<string>()
    for (const { user_id: id, username, created_at_ms } of closings) {
      if (id === null || username === null || seen.has(id)) continue
      seen.add(id)
      const { strangers } = await loginThrottle.limitsOf(id)
      if (strangers.isClosed) locked.push({ user: { id, username }, at: toRfc3339(created_at_ms) })
      if (locked.length === mostShown) break
    }
    return locked
  }

  async function listAlarms() {
    const found = await Promise.all(alarms.map((event) => listEvents(event, mostShown)))
    return found
      .flat()
      .toSorted((a, b) => b.created_at_ms - a.created_at_ms)
      .slice(0, mostShown)
      .map(({ id, created_at_ms, event, user_id, username }) => ({
        id,
        at: toRfc3339(created_at_ms),
        event,
        user: user_id === null || username === null ? null : { id: user_id, username },
      }))
  }

  async function listOldKeys() {
    const keys = await keyRotation.list()
    return keys
      .filter(
        ({ state, createdAtMs }) => state === 'active' && clock.now() - createdAtMs > oldKeyMs,
      )
      .map(({ kid, createdAtMs }) => ({ kid, created_at: toRfc3339(createdAtMs) }))
  }

  async function read(): Promise<Overview> {
    const [day, month, live_sessions, seenInDay, seenInMonth, locked, alarms, old_keys] =
      await Promise.all([
        chart(24, hourMs),
        chart(30, dayMs),
        countLive(),
        countSeen(dayMs),
        countSeen(30 * dayMs),
        listLocked(),
        listAlarms(),
        listOldKeys(),
      ])
    return {
      at: toRfc3339(clock.now()),
      version,
      database: database.engine,
      day,
      month,
      live_sessions,
      users_seen_in_a_day: seenInDay,
      users_seen_in_a_month: seenInMonth,
      throttled_since_start: eventCounts.read().get('sign_in_throttled') ?? 0,
      attention: { locked, alarms, old_keys },
    }
  }

  let latest: { atMs: number; overview: Promise<Overview> } | undefined
  return () => {
    if (latest && Math.abs(clock.now() - latest.atMs) < cachedForMs) return latest.overview
    const overview = read()
    latest = { atMs: clock.now(), overview }
    overview.catch(() => {
      latest = undefined
    })
    return overview
  }
}
