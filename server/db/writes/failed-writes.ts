// When the database accepted no write of this process, though it may have answered reads.

import { AppError } from '../../contract/app-error.ts'

/** By the monotonic clock, in milliseconds. */
export interface Outage {
  fromMs: number
  toMs: number
}

export interface FailedWrites {
  /** Runs a write. `undefined` means that there was nothing to write, which proves nothing. */
  watch<Written>(write: () => Promise<Written>): Promise<Written>
  /** Each from the first write that failed to the last one before another succeeded. */
  outages(): readonly Outage[]
}

/**
 * Failed writes further apart are two outages: in between no client may have asked, and one that
 * waits longer for its next attempt would miss the grace of a lost reply anyway.
 */
export const longestPauseMs = 30_000
/** More of them within the periods that are asked about would mean no service at all. */
export const mostOutages = 100

/** @param monotonicNow in milliseconds; a clock that cannot be set */
export function createFailedWrites(monotonicNow: () => number): FailedWrites {
  const past: Outage[] = []
  let current: Outage | undefined

  function fail(sentAtMs: number): void {
    const toMs = monotonicNow()
    if (current && sentAtMs - current.toMs <= longestPauseMs) current.toMs = toMs
    else {
      current = { fromMs: sentAtMs, toMs }
      past.push(current)
      past.splice(0, past.length - mostOutages)
    }
  }

  return {
    async watch(write) {
      const sentAtMs = monotonicNow()
      try {
        const written = await write()
        if (written !== undefined) current = undefined
        return written
      } catch (error) {
        if (error instanceof AppError && error.reason === 'unavailable') fail(sentAtMs)
        throw error
      }
    },
    outages: () => past,
  }
}
