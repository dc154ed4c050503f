// One poll for all that a process keeps in memory of the database: how it hears of other processes.

import type { Clock } from '../db/clock.ts'
import type { Database } from '../db/database.ts'

export interface ChangeFeed {
  follow(follower: Follower): void
  close(): void
}

export interface Follower {
  /** Reads what others may have written since. */
  refresh(): Promise<void>
  /** Forgets what has had its time; called once a minute. */
  purge?(): Promise<void>
}

interface ChangeFeedParts {
  database: Database
  clock: Clock
  onError: (error: unknown) => void
}

/** After so long, in milliseconds, a change has reached every process whose database answers. */
export const pollIntervalMs = 250
const purgeIntervalMs = 60_000

export function createChangeFeed({ database, clock, onError }: ChangeFeedParts): ChangeFeed {
  const followers: Follower[] = []
  let lastChangeToken = database.changeToken()
  let purgedAtMs = clock.now()

  /** SQLite tells for nothing whether another process wrote; PostgreSQL has to be asked. */
  function isUnchanged(): boolean {
    const token = database.changeToken()
    const same = token !== null && token === lastChangeToken
    lastChangeToken = token
    return same
  }

  async function poll(): Promise<void> {
    try {
      if (!isUnchanged()) await callEach('refresh')
      if (clock.now() - purgedAtMs >= purgeIntervalMs) {
        purgedAtMs = clock.now()
        await callEach('purge')
      }
    } catch (error) {
      // The database was closed under a poll that was under way.
      if (closed) return
      lastChangeToken = null
      onError(error)
    }
    if (!closed) timer = setTimeout(poll, pollIntervalMs).unref()
  }

  /** One that fails does not keep the others from hearing. */
  async function callEach(step: keyof Follower): Promise<void> {
    const outcomes = await Promise.allSettled(followers.map((follower) => follower[step]?.()))
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason
  }

  let closed = false
  let timer = setTimeout(poll, pollIntervalMs).unref()

  return {
    follow: (follower) => void followers.push(follower),
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
