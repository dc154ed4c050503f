// The database's clock, as a process knows it: every node goes by this one, whatever its own machine's says.

import type { Clock } from './clock.ts'

export interface ObservedClock extends Clock {
  /**
   * The database said `databaseNowMs`, in answer to a question sent at `sentAtMs` by the monotonic
   * clock.
   */
  observe(databaseNowMs: number, sentAtMs: number): void
}

/**
 * Between two answers the monotonic clock counts on, so that a machine whose clock is set, or
 * wrong, changes nothing. An answer only proves that the database's time lay between sending and
 * receiving: the estimate stays where it satisfies that, and otherwise moves to the nearer end. Of
 * many answers the quickest decides, and the error is at most its round trip.
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
