// A clock that stands still until a test moves it.

import type { Clock } from '../db/clock.ts'

export interface TestClock extends Clock {
  advance(milliseconds: number): void
}

export function createTestClock(startMs = Date.parse('2026-01-02T03:04:05Z')): TestClock {
  let nowMs = startMs
  return {
    now: () => nowMs,
    advance(milliseconds) {
      nowMs += milliseconds
    },
  }
}
