// How a process hears what the others wrote: one poll for all it keeps in memory of the database.

import { AppError } from '../../contract/app-error.ts'
import { type Clock, clockToleranceMs } from '../clock.ts'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'
import type { OnProgress } from '../writes/batches.ts'
import { createDatabaseOutages, type DatabaseOutages } from './database-outages.ts'

export interface ChangeFeed
  extends Pick<DatabaseOutages, 'outMsWithin' | 'silentForMs' | 'watchWrite'> {
  follow(follower: Follower): void
  /**
   * undefined while this process knows what the others wrote. Where the database has been silent for
   * more than `longestSilenceMs`, what is in memory is not to be trusted: a promise that asks now.
   * It rejects with AppError unavailable where no answer comes, so that nobody is let in unseen.
   */
  catchUpIfSilent(): Promise<void> | undefined
  /** What is otherwise done once a minute, now. */
  purgeAll(onProgress?: OnProgress): Promise<PurgedRows>
  close(): void
}

export interface Follower {
  /** Reads what others may have written since. */
  refresh?(): Promise<void>
  /** Forgets what has had its time, all of it; called once a minute, and never while it runs. */
  purge?(onProgress?: OnProgress): Promise<PurgedRows>
  /** Dates by now what was dated before the clock was put back, and lies in the future since. */
  clockPutBack?(): Promise<void>
}

/** How many rows were deleted, by their table. */
export type PurgedRows = Partial<Record<keyof Tables, number>>

interface ChangeFeedDeps {
  database: Database
  clock: Clock
  onError: (error: unknown) => void
  /** In milliseconds; `performance.now` by default. What a test turns. */
  monotonicNow?: () => number
  /**
   * Whether a clock that is put forward is distrusted, and one at the start: nothing is deleted by it
   * for ten minutes, in which it may be put right. False by default: a test's is turned on purpose.
   */
  distrustsClock?: boolean
}

/** After so long, in milliseconds, a change has reached every process whose database answers. */
export const pollIntervalMs = 250
/** A process that heard nothing for longer asks before it believes a token. */
export const longestSilenceMs = 5_000
/** How long a caller waits for that answer. */
const catchUpTimeoutMs = 2_000
const purgeIntervalMs = 60_000
/** How long a clock that was put forward has to go on before anything is deleted by it. */
const distrustMs = 10 * 60_000

export function createChangeFeed(parts: ChangeFeedDeps): ChangeFeed {
  const { database, clock, onError, distrustsClock = false } = parts
  const { monotonicNow = () => performance.now() } = parts
  const followers: Follower[] = []
  let lastChangeToken = database.changeToken()
  let purgedAtMs = clock.now()
  let lookedAtMs = { clock: clock.now(), monotonic: monotonicNow() }
  let distrustedUpToMs = distrustsClock ? monotonicNow() + distrustMs : 0
  const outages = createDatabaseOutages(monotonicNow)
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let isPolling = false
  let isAnnounced = false
  let isPurging = false
  let catchingUp: Promise<void> | undefined

  /** SQLite tells for nothing whether another process wrote; PostgreSQL has to be asked. */
  function isUnchanged(): boolean {
    const token = database.changeToken()
    const same = token !== null && token === lastChangeToken
    lastChangeToken = token
    return same
  }

  /** Whoever joins a reading that is under way may miss what was written since it began. */
  async function readChanges(): Promise<void> {
    try {
      if (!isUnchanged()) await callEach((follower) => follower.refresh?.())
      outages.heard()
    } catch (error) {
      lastChangeToken = null
      throw error
    }
  }

  async function poll(): Promise<void> {
    // What is announced during a reading may not be in it: then there is another at once.
    if (closed || isPolling) return
    isPolling = true
    isAnnounced = false
    clearTimeout(timer)
    try {
      await readChanges()
      await lookAtClock()
      void purgeIfDue()
    } catch (error) {
      // The database was closed under a poll that was under way.
      if (!closed) onError(error)
    }
    isPolling = false
    if (!closed) timer = setTimeout(poll, isAnnounced ? 0 : pollIntervalMs).unref()
  }

  /** By what no clock says: how much time has passed since the look before. */
  async function lookAtClock(): Promise<void> {
    const now = { clock: clock.now(), monotonic: monotonicNow() }
    const passedMs = now.clock - lookedAtMs.clock
    const forwardMs = passedMs - (now.monotonic - lookedAtMs.monotonic)
    lookedAtMs = now
    if (distrustsClock && forwardMs > clockToleranceMs) {
      distrustedUpToMs = now.monotonic + distrustMs
    }
    if (passedMs >= -clockToleranceMs) return
    purgedAtMs = now.clock
    await callEach((follower) => follower.clockPutBack?.())
  }

  /** Beside the polls: however much there is to delete, what others revoke is heard in time. */
  async function purgeIfDue(): Promise<void> {
    if (isPurging || clock.now() - purgedAtMs < purgeIntervalMs) return
    if (monotonicNow() < distrustedUpToMs) return
    isPurging = true
    purgedAtMs = clock.now()
    try {
      await callEach((follower) => follower.purge?.())
    } catch (error) {
      if (!closed) onError(error)
    }
    isPurging = false
  }

  /** One that fails does not keep the others from hearing. */
  async function callEach(step: (follower: Follower) => Promise<unknown> | undefined) {
    const outcomes = await Promise.allSettled(followers.map(step))
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason
  }

  async function purgeAll(onProgress?: OnProgress): Promise<PurgedRows> {
    const purged: PurgedRows = {}
    for (const follower of followers) Object.assign(purged, await follower.purge?.(onProgress))
    return purged
  }

  async function catchUp(): Promise<void> {
    try {
      await withDeadline(readChanges(), catchUpTimeoutMs)
    } catch (cause) {
      throw new AppError('unavailable', 'The database does not answer. Try again in a moment', {
        cause,
        retryAfterSeconds: 5,
      })
    }
  }

  const stopListening = database.onAnnouncement(() => {
    isAnnounced = true
    void poll()
  })
  timer = setTimeout(poll, pollIntervalMs).unref()

  return {
    follow: (follower) => void followers.push(follower),
    catchUpIfSilent() {
      if (outages.silentForMs() <= longestSilenceMs) return undefined
      catchingUp ??= catchUp().finally(() => {
        catchingUp = undefined
      })
      return catchingUp
    },
    purgeAll,
    silentForMs: outages.silentForMs,
    outMsWithin: outages.outMsWithin,
    watchWrite: outages.watchWrite,
    close() {
      closed = true
      clearTimeout(timer)
      stopListening()
    },
  }
}

async function withDeadline(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${milliseconds} ms`)), milliseconds)
  })
  try {
    await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}
