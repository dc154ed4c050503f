// When the database did not answer this process, or accepted no write: time in which no caller was served.

import {
  createFailedWrites,
  type FailedWrites,
  mostOutages,
  type Outage,
} from '../writes/failed-writes.ts'

export interface DatabaseOutages {
  /** The database has just answered. */
  heard(): void
  /** In milliseconds, since it last did. */
  silentForMs(): number
  /** Runs a write: while writes fail the database is out, though it may answer reads. */
  watchWrite: FailedWrites['watch']
  /** How many of the last so many milliseconds belong to an outage, including a present one. */
  outMsWithin(lastMs: number): number
}

/** A process that asks at each poll is never silent for so long, however busy it is. */
export const shortestOutageMs = 2_000

/** @param monotonicNow in milliseconds; a clock that cannot be set */
export function createDatabaseOutages(monotonicNow: () => number): DatabaseOutages {
  const silences: Outage[] = []
  const failedWrites = createFailedWrites(monotonicNow)
  let heardAtMs = monotonicNow()

  function current(): Outage[] {
    const nowMs = monotonicNow()
    return nowMs - heardAtMs < shortestOutageMs ? [] : [{ fromMs: heardAtMs, toMs: nowMs }]
  }

  return {
    heard() {
      silences.push(...current())
      silences.splice(0, silences.length - mostOutages)
      heardAtMs = monotonicNow()
    },
    silentForMs: () => monotonicNow() - heardAtMs,
    watchWrite: failedWrites.watch,
    outMsWithin(lastMs) {
      const all = [...silences, ...failedWrites.outages(), ...current()]
      return lengthSince(monotonicNow() - lastMs, all)
    },
  }
}

/** In milliseconds; time that two outages share counts once. */
export function lengthSince(sinceMs: number, outages: readonly Outage[]): number {
  let lengthMs = 0
  let countedToMs = sinceMs
  for (const { fromMs, toMs } of outages.toSorted((one, other) => one.fromMs - other.fromMs)) {
    lengthMs += Math.max(0, toMs - Math.max(fromMs, countedToMs))
    countedToMs = Math.max(countedToMs, toMs)
  }
  return lengthMs
}
