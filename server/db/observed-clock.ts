// The database's clock, as a process knows it: every node goes by this one, whatever its own machine says.

import type { Clock } from './clock.ts'

export interface ObservedClock extends Clock {
  /** The database said `databaseNowMs`, in answer to what was sent at `sentAtMs` by the monotonic clock. */
  observe(databaseNowMs: number, sentAtMs: number): void
}

/**
 * Between two answers the monotonic clock counts on, so that a machine whose time is set, or wrong,
 * changes nothing. An answer says no more than that the database's time lay between sending and
 * receiving: what is known stays where that holds, and moves to the nearer end otherwise. Of many
 * answers the quickest decides, and the error is at most its round trip.
 *
 * @param monotonicNow in milliseconds; `performance.now` by default
 */
export function createObservedClock(monotonicNow = () => performance.now()): ObservedClock {
  let offsetMs = Date.now() - monotonicNow()
  return {
    now: () => Math.floor(monotonicNow() + offsetMs),
    observe(databaseNowMs, sentAtMs) {
      const least = databaseNowMs - monotonicNow()
      const most = databaseNowMs - sentAtMs
      offsetMs = Math.min(Math.max(offsetMs, least), most)
    },
  }
}
