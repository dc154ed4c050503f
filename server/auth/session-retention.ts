// How long a session is kept that is over: as long as the activity that tells of it.

import type { Clock } from '../db/clock.ts'
import type { Database } from '../db/database.ts'
import type { ChangeFeed } from './change-feed.ts'

interface SessionRetentionParts {
  database: Database
  clock: Clock
  feed: ChangeFeed
  keepDays: number
}

const dayMs = 24 * 60 * 60_000
const purgeBatchSize = 5_000

export function purgeSessions({ database, clock, feed, keepDays }: SessionRetentionParts): void {
  const { kysely } = database
  feed.follow({
    refresh: async () => {},
    async purge() {
      const oldest = kysely
        .selectFrom('sessions')
        .select('id')
        .where('expires_at_ms', '<', clock.now() - keepDays * dayMs)
        .orderBy('expires_at_ms')
        .limit(purgeBatchSize)
      const { numDeletedRows } = await kysely
        .deleteFrom('sessions')
        .where('id', 'in', oldest)
        .executeTakeFirstOrThrow()
      return { sessions: Number(numDeletedRows) }
    },
  })
}
