// How long the audit log is kept: older entries are deleted once a minute.

import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import { type Clock, dayMs } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { purgeInBatches } from '../../db/writes/batches.ts'

interface AuditRetentionDeps {
  database: Database
  clock: Clock
  feed: ChangeFeed
  keepDays: number
}

export function purgeAuditLog({ database, clock, feed, keepDays }: AuditRetentionDeps): void {
  const { kysely } = database
  feed.follow({
    async purge(onProgress) {
      const oldest = kysely
        .selectFrom('audit_events')
        .select('id')
        .where('created_at_ms', '<', clock.now() - keepDays * dayMs)
        .orderBy('created_at_ms')
      const audit_events = await purgeInBatches(
        (size) =>
          kysely
            .deleteFrom('audit_events')
            .where('id', 'in', oldest.limit(size))
            .executeTakeFirstOrThrow(),
        onProgress,
      )
      return { audit_events }
    },
  })
}
