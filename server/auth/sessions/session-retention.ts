// How long an ended session leaves a trace, and an unused device or place.

import { deviceLifetimeMs } from '../../contract/device.ts'
import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import { type Clock, dayMs } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { purgeInBatches } from '../../db/writes/batches.ts'
import { placeLifetimeMs } from '../devices/known-places.ts'

interface SessionRetentionDeps {
  database: Database
  clock: Clock
  feed: ChangeFeed
  /** As long as the audit log, whose entries name the session. */
  keepDays: number
}

/**
 * A session counts from its absolute expiry, which no refresh moves: until then its row says why a
 * token is refused. A program that keeps no cookie is known by its old sessions for as long.
 */
export function purgeSessions({ database, clock, feed, keepDays }: SessionRetentionDeps): void {
  const { kysely } = database
  feed.follow({
    async purge(onProgress) {
      const oldest = kysely
        .selectFrom('sessions')
        .select('id')
        .where('expires_at_ms', '<', clock.now() - keepDays * dayMs)
        .orderBy('expires_at_ms')
      const sessions = await purgeInBatches(
        (size) =>
          kysely
            .deleteFrom('sessions')
            .where('id', 'in', oldest.limit(size))
            .executeTakeFirstOrThrow(),
        onProgress,
      )
      return { sessions }
    },
  })
  feed.follow({
    async purge(onProgress) {
      const oldest = kysely
        .selectFrom('known_devices')
        .select(['user_id', 'device_id'])
        .where('last_used_at_ms', '<=', clock.now() - deviceLifetimeMs)
        .orderBy('last_used_at_ms')
      const known_devices = await purgeInBatches(
        (size) =>
          kysely
            .deleteFrom('known_devices')
            .where(({ eb, refTuple }) =>
              eb(
                refTuple('user_id', 'device_id'),
                'in',
                oldest.limit(size).$asTuple('user_id', 'device_id'),
              ),
            )
            .executeTakeFirstOrThrow(),
        onProgress,
      )
      return { known_devices }
    },
  })
  feed.follow({
    async purge(onProgress) {
      const oldest = kysely
        .selectFrom('known_places')
        .select(['user_id', 'place'])
        .where('last_used_at_ms', '<=', clock.now() - placeLifetimeMs)
        .orderBy('last_used_at_ms')
      const known_places = await purgeInBatches(
        (size) =>
          kysely
            .deleteFrom('known_places')
            .where(({ eb, refTuple }) =>
              eb(
                refTuple('user_id', 'place'),
                'in',
                oldest.limit(size).$asTuple('user_id', 'place'),
              ),
            )
            .executeTakeFirstOrThrow(),
        onProgress,
      )
      return { known_places }
    },
  })
}
