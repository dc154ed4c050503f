// Work on very many rows: all of it in the end, in batches that nothing else has to wait for.

import { setTimeout as sleep } from 'node:timers/promises'
import type { DeleteResult } from 'kysely'

/** Rows. A few milliseconds on SQLite, where everything else waits meanwhile. */
export const batchSize = 1_000

/** In milliseconds, between two batches: others get in, and a flood is still purged as it comes. */
const shortestPauseMs = 10

/** Told after each batch but the last, with the number of rows so far. */
export type OnProgress = (rows: number) => void

/**
 * Runs `runBatch` until it finds less than a full batch. It handles `batchSize` rows at most, in one
 * statement or in one `runAtomically`, and gives their number. Half of the time belongs to others.
 * @returns how many rows it was in all
 */
export async function runInBatches(
  runBatch: () => Promise<number>,
  onProgress: OnProgress = () => {},
): Promise<number> {
  let rows = 0
  for (;;) {
    const startedAtMs = performance.now()
    const count = await runBatch()
    rows += count
    if (count < batchSize) return rows
    onProgress(rows)
    const tookMs = performance.now() - startedAtMs
    await sleep(Math.max(shortestPauseMs, tookMs))
  }
}

/** `deleteBatch` deletes `batchSize` rows at most, the oldest first. @returns how many in all */
export function purgeInBatches(
  deleteBatch: () => Promise<DeleteResult>,
  onProgress?: OnProgress,
): Promise<number> {
  return runInBatches(async () => Number((await deleteBatch()).numDeletedRows), onProgress)
}
