// Deleting what is too old: all of it in the end, in batches that nobody has to wait for.

import { setTimeout as sleep } from 'node:timers/promises'
import type { DeleteResult } from 'kysely'

/** A few milliseconds on SQLite, where everything else waits meanwhile. */
export const purgeBatchSize = 1_000

/** In milliseconds, between two batches: others get in, and a flood is still purged as it comes. */
const pauseMs = 10

/** `deleteBatch` deletes `purgeBatchSize` rows at most, the oldest first, in one statement. */
export async function purgeInBatches(deleteBatch: () => Promise<DeleteResult>): Promise<void> {
  while ((await deleteBatch()).numDeletedRows >= purgeBatchSize) {
    await sleep(pauseMs, undefined, { ref: false })
  }
}
