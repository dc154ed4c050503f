// Rows that a wrong clock dated in the future: once the clock is right, those instants count as now.

import { type RawBuilder, sql } from 'kysely'
import type { ChangeFeed } from '../changes/change-feed.ts'
import { clockToleranceMs, dayMs } from '../clock.ts'
import type { Database } from '../database.ts'

interface FutureInstantsDeps {
  database: Database
  /** One clock for all nodes: the database's, or a test's. */
  nowMs: () => RawBuilder<number>
  feed: Pick<ChangeFeed, 'follow'>
}

/** The longest that a session can be given. */
const longestSessionMs = 30 * dayMs

/**
 * Otherwise a session would live a year longer, a device be known for as long, an entry stand at
 * the head of the audit log, and a retired key stay. Done at the start, and whenever the clock is
 * put back; each statement finds its rows, if any, by an index. Counters and revocations have
 * bounds of their own.
 */
export async function dateByNow(deps: FutureInstantsDeps): Promise<void> {
  const { database, nowMs, feed } = deps
  const { kysely } = database
  const latest = (aheadMs = 0) => sql<number>`${nowMs()} + ${sql.lit(aheadMs + clockToleranceMs)}`

  async function update(): Promise<void> {
    const now = { created_at_ms: nowMs(), last_used_at_ms: nowMs() }
    await kysely
      .updateTable('sessions')
      .set({
        ...now,
        idle_expires_at_ms: sql`${nowMs()} + idle_ms`,
        expires_at_ms: sql`${nowMs()} + expires_at_ms - created_at_ms`,
        // The user who proved themselves then may not be there any more.
        proved_at_ms: null,
      })
      .where('expires_at_ms', '>', latest(longestSessionMs))
      .execute()
    for (const table of ['known_devices', 'known_places'] as const) {
      await kysely
        .updateTable(table)
        .set({ last_used_at_ms: nowMs() })
        .where('last_used_at_ms', '>', latest())
        .execute()
    }
    await kysely
      .updateTable('audit_events')
      .set({ created_at_ms: nowMs() })
      .where('created_at_ms', '>', latest())
      .execute()
    await kysely
      .updateTable('users')
      .set({ last_seen_at_ms: nowMs() })
      .where('last_seen_at_ms', '>', latest())
      .execute()
    await kysely
      .updateTable('signing_keys')
      .set({ state_changed_at_ms: nowMs() })
      .where('state_changed_at_ms', '>', latest())
      .execute()
  }

  await update()
  feed.follow({ clockPutBack: update })
}
