// How a process hears what the others wrote: one poll for everything it keeps in memory of the database.

import { AppError } from '../../contract/app-error.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../database.ts'
import type { OnProgress } from '../writes/batches.ts'
import { createDatabaseOutages, type DatabaseOutages } from './database-outages.ts'
import { callEach, type Follower, type PurgedRows } from './followers.ts'
import { createHousekeeping } from './housekeeping.ts'

export interface ChangeFeed
  extends Pick<DatabaseOutages, 'outMsWithin' | 'silentForMs' | 'watchWrite'> {
  follow(follower: Follower): void
  /**
   * undefined while this process knows what the others wrote. Where the database has been silent
   * for more than `longestSilenceMs`, memory is not to be trusted: then a promise that asks now. It
   * rejects with AppError unavailable where no answer comes, so that no token is accepted
   * unchecked.
   */
  catchUpIfSilent(): Promise<void> | undefined
  /** Runs now what otherwise runs once a minute. */
  purgeAll(onProgress?: OnProgress): Promise<PurgedRows>
  close(): void
}

interface ChangeFeedDeps {
  database: Database
  clock: Clock
  onError: (error: unknown) => void
  /** In milliseconds; `performance.now` by default. Replaced by tests. */
  monotonicNow?: () => number
  /**
   * Whether to distrust a clock that is put forward, and one at the start: for ten minutes nothing
   * is deleted by it, so that it can be corrected. False by default: tests move their clock on
   * purpose.
   */
  distrustsClock?: boolean
}

/** After so long, in milliseconds, a change has reached every process whose database answers. */
export const pollIntervalMs = 250
/** A process that has heard nothing for longer asks before it accepts a token. */
export const longestSilenceMs = 5_000
/** How long a caller waits for that answer. */
const catchUpTimeoutMs = 2_000
export function createChangeFeed(deps: ChangeFeedDeps): ChangeFeed {
  const { database, clock, onError, distrustsClock = false } = deps
  const { monotonicNow = () => performance.now() } = deps
  const followers: Follower[] = []
  let lastChangeToken = database.changeToken()
  const outages = createDatabaseOutages(monotonicNow)
  const housekeeping = createHousekeeping({
    followers,
    clock,
    monotonicNow,
    distrustsClock,
    onError: report,
  })
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let isPolling = false
  let isAnnounced = false
  let catchingUp: Promise<void> | undefined

  /** The database may be closed during a poll: that is no error. */
  function report(error: unknown): void {
    if (!closed) onError(error)
  }

  /** SQLite reports at no cost whether another process wrote; PostgreSQL has to be asked. */
  function isUnchanged(): boolean {
    const token = database.changeToken()
    const same = token !== null && token === lastChangeToken
    lastChangeToken = token
    return same
  }

  /** Never share an in-flight read: it may predate the caller's write. */
  async function readChanges(): Promise<void> {
    try {
      if (!isUnchanged()) await callEach(followers, (follower) => follower.refresh?.())
      outages.heard()
    } catch (error) {
      lastChangeToken = null
      throw error
    }
  }

  async function poll(): Promise<void> {
    // An in-flight read may miss an announced change: then another one follows at once.
    if (closed || isPolling) return
    isPolling = true
    isAnnounced = false
    clearTimeout(timer)
    try {
      await readChanges()
      await housekeeping.tick()
    } catch (error) {
      report(error)
    }
    isPolling = false
    if (!closed) timer = setTimeout(poll, isAnnounced ? 0 : pollIntervalMs).unref()
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
    purgeAll: housekeeping.purgeAll,
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
