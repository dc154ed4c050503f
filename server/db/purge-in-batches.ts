// Deleting what is too old: all of it in the end, in batches that nobody has to wait for.

import { setTimeout as sleep } from 'node:timers/promises'
import type { DeleteResult } from 'kysely'

/** A few milliseconds on SQLite, where everything else waits meanwhile. */
export const purgeBatchSize = 1_000

/** In milliseconds, between two batches: others get in, and a flood is still purged as it comes. */
const pauseMs = 10

/**
 * `deleteBatch` deletes `purgeBatchSize` rows at most, the oldest first, in one statement.
 * @returns how many were deleted in all
 */
export async function purgeInBatches(deleteBatch: () => Promise<DeleteResult>): Promise<number> {
  let deleted = 0
  for (;;) {
    const { numDeletedRows } = await deleteBatch()
    deleted += Number(numDeletedRows)
    if (numDeletedRows < purgeBatchSize) return deleted
    await sleep(pauseMs, undefined, { ref: false })
  }
}
