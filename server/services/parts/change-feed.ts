// The change feed, which tells this node what others commit, and the two checks that read it or the clock.

import { createChangeFeed } from '../../db/changes/change-feed.ts'
import { createClockCheck } from '../../db/health/clock-check.ts'
import { createReadiness } from '../../db/health/readiness.ts'
import type { Foundation } from './foundation.ts'

export type Changes = ReturnType<typeof openChangeFeed>

export function openChangeFeed(foundation: Foundation) {
  const { database, clock, machineClock, onError, distrustsClock } = foundation
  const changeFeed = createChangeFeed({ database, clock, onError, distrustsClock })
  return {
    changeFeed,
    checkReadiness: createReadiness({ database, changeFeed, machineClock }),
    checkClock: createClockCheck({ database, machineClock }),
  }
}
