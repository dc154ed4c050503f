// What every process does once a minute: it deletes expired rows, unless the clock is not to be
// trusted; and where the clock was put back, it dates anew what is in the future.

import { type Clock, clockToleranceMs } from '../clock.ts'
import type { OnProgress } from '../writes/batches.ts'
import { callEach, type Follower, type PurgedRows } from './followers.ts'

export interface Housekeeping {
  /** To be called often: compares the clock, and begins the minute's purge where it is due. */
  tick(): Promise<void>
  /** The minute's purge, now. */
  purgeAll(onProgress?: OnProgress): Promise<PurgedRows>
}

interface HousekeepingDeps {
  /** Those that exist when it is called. */
  followers: readonly Follower[]
  clock: Clock
  /** In milliseconds; a clock that cannot be set. */
  monotonicNow: () => number
  /** See `createChangeFeed`. */
  distrustsClock: boolean
  onError: (error: unknown) => void
}

const purgeIntervalMs = 60_000
/** How long a clock that was put forward has to go on before anything is deleted by it. */
const distrustMs = 10 * 60_000

export function createHousekeeping(deps: HousekeepingDeps): Housekeeping {
  const { followers, clock, monotonicNow, distrustsClock, onError } = deps
  let purgedAtMs = clock.now()
  let lookedAtMs = { clock: clock.now(), monotonic: monotonicNow() }
  let distrustedUpToMs = distrustsClock ? monotonicNow() + distrustMs : 0
  let isPurging = false

  /** Compared with the time that has passed independently of any clock. */
  async function compareClock(): Promise<void> {
    const now = { clock: clock.now(), monotonic: monotonicNow() }
    const passedMs = now.clock - lookedAtMs.clock
    const forwardMs = passedMs - (now.monotonic - lookedAtMs.monotonic)
    lookedAtMs = now
    if (distrustsClock && forwardMs > clockToleranceMs) {
      distrustedUpToMs = now.monotonic + distrustMs
    }
    if (passedMs >= -clockToleranceMs) return
    purgedAtMs = now.clock
    await callEach(followers, (follower) => follower.clockPutBack?.())
  }

  async function purgeIfDue(): Promise<void> {
    if (isPurging || clock.now() - purgedAtMs < purgeIntervalMs) return
    if (monotonicNow() < distrustedUpToMs) return
    isPurging = true
    purgedAtMs = clock.now()
    try {
      await callEach(followers, (follower) => follower.purge?.())
    } catch (error) {
      onError(error)
    }
    isPurging = false
  }

  return {
    async tick() {
      await compareClock()
      // Not awaited: however much there is to delete, revocations by others are heard in time.
      void purgeIfDue()
    },
    async purgeAll(onProgress) {
      const purged: PurgedRows = {}
      for (const follower of followers) Object.assign(purged, await follower.purge?.(onProgress))
      return purged
    },
  }
}
