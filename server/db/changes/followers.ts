// Everything that keeps state of the database in memory, or has rows there that expire.

import type { Tables } from '../tables.ts'
import type { OnProgress } from '../writes/batches.ts'

export interface Follower {
  /** Reads what others may have written since. */
  refresh?(): Promise<void>
  /** Deletes all expired entries; called once a minute, and never while it runs. */
  purge?(onProgress?: OnProgress): Promise<PurgedRows>
  /** Dates by now what was dated before the clock was put back, and is now in the future. */
  clockPutBack?(): Promise<void>
}

/** How many rows were deleted, by their table. */
export type PurgedRows = Partial<Record<keyof Tables, number>>

/**
 * A failing one does not keep the others from their turn. @throws the error of the first that
 * failed
 */
export async function callEach(
  followers: readonly Follower[],
  step: (follower: Follower) => Promise<unknown> | undefined,
): Promise<void> {
  const outcomes = await Promise.allSettled(followers.map(step))
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
}
