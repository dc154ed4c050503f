// Who watches a list of sessions hears that it has changed, whichever process changed it.

import { sql } from 'kysely'
import type { Clock } from '../db/clock.ts'
import type { Database } from '../db/database.ts'
import type { ChangeFeed } from './change-feed.ts'
import { whereLive } from './session-rows.ts'

export interface SessionWatch {
  /**
   * Yields at once, and whenever the user's live sessions have changed since; several changes may
   * be told as one. Ends with `signal`.
   */
  changes(userId: string, signal: AbortSignal): AsyncGenerator<void, void>
  /** This process has written sessions: looks at once, and does not wait for the feed. */
  look(): Promise<void>
}

interface SessionWatchParts {
  database: Database
  clock: Clock
  feed: ChangeFeed
  onError: (error: unknown) => void
}

/** Of one user, however many streams he has here. */
interface Watched {
  /** Stands for the live sessions as they were last seen; undefined before the first look. */
  fingerprint: string | undefined
  wakers: Set<() => void>
}

export function createSessionWatch(parts: SessionWatchParts): SessionWatch {
  const { database, clock, feed, onError } = parts
  const { kysely } = database
  const watched = new Map<string, Watched>()
  let looking: Promise<void> | undefined
  let lookAgain = false

  /** One query for all who watch, and none where nobody does. */
  async function compare(): Promise<void> {
    if (watched.size === 0) return
    const fingerprints = new Map<string, string>()
    for (const { user_id, ...facts } of await readFacts([...watched.keys()])) {
      fingerprints.set(user_id, JSON.stringify(facts))
    }
    for (const [userId, entry] of watched) {
      const fingerprint = fingerprints.get(userId) ?? ''
      if (entry.fingerprint === fingerprint) continue
      entry.fingerprint = fingerprint
      for (const wake of entry.wakers) wake()
    }
  }

  /** What cannot stay the same where a session began, ended, was refreshed or confirmed. */
  function readFacts(userIds: string[]) {
    return whereLive(kysely.selectFrom('sessions'), clock.now())
      .select(['user_id', sql<number>`max(created_at_ms)`.as('newest')])
      .select(({ fn }) => [
        fn.countAll<number>().as('count'),
        fn.sum<number>('counter').as('refreshes'),
        fn.sum<number>('is_new_device').as('unconfirmed'),
      ])
      .where('user_id', 'in', userIds)
      .groupBy('user_id')
      .execute()
  }

  /** A look that is under way may have read before the write that asks for another. */
  async function lookUntilSeen(): Promise<void> {
    do {
      lookAgain = false
      await compare()
    } while (lookAgain)
  }

  async function look(): Promise<void> {
    lookAgain = true
    looking ??= lookUntilSeen().finally(() => {
      looking = undefined
    })
    await looking
  }

  function watch(userId: string, wake: () => void): () => void {
    const entry = watched.get(userId) ?? { fingerprint: undefined, wakers: new Set() }
    watched.set(userId, entry)
    entry.wakers.add(wake)
    return () => {
      entry.wakers.delete(wake)
      if (entry.wakers.size === 0) watched.delete(userId)
    }
  }

  feed.follow({ refresh: look })

  return {
    async *changes(userId, signal) {
      let hasChanged = true
      let wake = () => {}
      const rouse = () => wake()
      const stop = watch(userId, () => {
        hasChanged = true
        wake()
      })
      signal.addEventListener('abort', rouse)
      try {
        // So that what is read from now on is compared with what was there before it.
        await look()
        while (!signal.aborted) {
          if (hasChanged) {
            hasChanged = false
            yield
          } else {
            await new Promise<void>((resolve) => {
              wake = resolve
            })
          }
        }
      } finally {
        signal.removeEventListener('abort', rouse)
        stop()
      }
    },

    look: () => look().catch(onError),
  }
}
