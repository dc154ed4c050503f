// Work on very many rows: all of it in the end, in batches that nothing else has to wait for.

import { setTimeout as sleep } from 'node:timers/promises'
import type { DeleteResult } from 'kysely'

/** Rows. A batch doubles while it is short and halves where it is long, within these limits. */
const sizes = { least: 25, first: 100, most: 1_600 }
export const firstBatchSize = sizes.first
/**
 * In milliseconds. On SQLite other writers wait for a batch. There the same rows take ten times
 * longer where they are scattered over the file, so that no fixed number of them would do.
 */
const batchMs = { short: 4, long: 10 }
/** In milliseconds, between two: others get in, and a flood is still purged as it comes. */
const shortestPauseMs = 10

/** Called after each batch but the last, with the number of rows so far. */
export type OnProgress = (rows: number) => void

/**
 * Runs `runBatch` until it finds less than it may. It handles `size` rows at most, in one statement
 * or in one `runAtomically`, and returns their number. At least half of the time belongs to others.
 * @returns how many rows it was in all
 */
export async function runInBatches(
  runBatch: (size: number) => Promise<number>,
  onProgress: OnProgress = () => {},
): Promise<number> {
  let size = sizes.first
  let rows = 0
  for (;;) {
    const startedAtMs = performance.now()
    const count = await runBatch(size)
    const tookMs = performance.now() - startedAtMs
    rows += count
    if (count < size) return rows
    onProgress(rows)
    size = nextBatchSize(size, tookMs)
    await pauseSince(startedAtMs)
  }
}

/** @param tookMs how long the batch of `size` rows took */
export function nextBatchSize(size: number, tookMs: number): number {
  if (tookMs < batchMs.short) return Math.min(2 * size, sizes.most)
  if (tookMs > batchMs.long) return Math.max(Math.floor(size / 2), sizes.least)
  return size
}

/** As long as the batch took, at least 10 ms. */
export function pauseSince(startedAtMs: number): Promise<void> {
  return sleep(Math.max(shortestPauseMs, performance.now() - startedAtMs))
}

/** `deleteBatch` deletes `size` rows at most, the oldest first. @returns how many in all */
export function purgeInBatches(
  deleteBatch: (size: number) => Promise<DeleteResult>,
  onProgress?: OnProgress,
): Promise<number> {
  return runInBatches(async (size) => Number((await deleteBatch(size)).numDeletedRows), onProgress)
}
