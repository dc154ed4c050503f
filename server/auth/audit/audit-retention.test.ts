// How long the audit log is kept: to the day, and everything older is deleted.

import { expect, test } from 'vitest'
import type { Follower } from '../../db/changes/followers.ts'
import { dayMs } from '../../db/clock.ts'
import { forEachEngine, openTestDatabase } from '../../testing/databases.ts'
import { stillFeed } from '../../testing/still-feed.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { purgeAuditLog } from './audit-retention.ts'

forEachEngine((engine) => {
  async function setUp() {
    const database = await openTestDatabase(engine)
    const { kysely } = database
    const clock = createTestClock()
    const followers: Follower[] = []
    const feed = { ...stillFeed, follow: (follower: Follower) => void followers.push(follower) }
    purgeAuditLog({ database, clock, feed, keepDays: 90 })
    return {
      clock,
      purge: async () => {
        for (const follower of followers) await follower.purge?.()
      },
      add: (ids: string[], createdAtMs: number) =>
        kysely
          .insertInto('audit_events')
          .values(
            ids.map((id) => ({ id, created_at_ms: createdAtMs, event: 'signed_in' as const })),
          )
          .execute(),
      async list() {
        const rows = await kysely.selectFrom('audit_events').select('id').execute()
        return rows.map(({ id }) => id)
      },
    }
  }

  test('R114: an entry is kept for AUDIT_LOG_DAYS, and then purged', async () => {
    const { clock, purge, add, list } = await setUp()
    await add(['old'], clock.now())
    clock.advance(1)
    await add(['new'], clock.now())
    clock.advance(90 * dayMs - 1)
    await purge()
    expect((await list()).sort()).toEqual(['new', 'old'])
    clock.advance(1)
    await purge()
    expect(await list()).toEqual(['new'])
  })

  test('a purge goes on, a batch at a time, until nothing old is left', async () => {
    const { clock, purge, add, list } = await setUp()
    const ids = Array.from({ length: 2_001 }, (_, number) => `old-${number}`)
    // In parts: SQLite takes a limited number of values at once.
    for (let from = 0; from < ids.length; from += 500) {
      await add(ids.slice(from, from + 500), clock.now())
    }
    clock.advance(91 * dayMs)
    await add(['new'], clock.now())
    await purge()
    expect(await list()).toEqual(['new'])
  })
})
