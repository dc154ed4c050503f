// Watchers of a user's sessions hear that they have changed, whichever process changed them: one
// list a user and change, read once for all of their streams, and at most once a second.

import { sql } from 'kysely'
import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { whereLive } from '../../db/live-sessions.ts'
import type { ListedSession, ReadSessionList, SessionList } from './session-list.ts'

export interface SessionWatch {
  /**
   * Yields the user's live sessions at once, and whenever they have changed since; several changes
   * may be reported as one. A session that has stayed the same is the same object as in the list
   * before. Ends with `signal`.
   */
  changes(userId: string, signal: AbortSignal): AsyncGenerator<SessionList, void>
  /** This process has written sessions: checks at once, and does not wait for the feed. */
  look(): Promise<void>
}

interface SessionWatchDeps {
  database: Database
  clock: Clock
  feed: ChangeFeed
  readList: ReadSessionList
  onError: (error: unknown) => void
  /** In milliseconds; `performance.now` by default. Replaced by tests. */
  monotonicNow?: () => number
}

/** In milliseconds, between two reads of one user's list. */
export const listIntervalMs = 1_000

/** One user's, however many streams they have here. */
interface Watched {
  /** Stands for the live sessions as they were last seen; undefined before the first check. */
  fingerprint: string | undefined
  list: SessionList | undefined
  /** They have changed since `list` was read. */
  isStale: boolean
  readAtMs: number
  /** The last read, which may be in progress. */
  reading: Promise<void>
  timer: NodeJS.Timeout | undefined
  wakers: Set<() => void>
}

export function createSessionWatch(parts: SessionWatchDeps): SessionWatch {
  const { database, clock, feed, readList, onError, monotonicNow = () => performance.now() } = parts
  const { kysely } = database
  const watched = new Map<string, Watched>()
  let looking: Promise<void> | undefined
  let lookAgain = false

  /** One query for all watchers, and none where no one watches. */
  async function compare(): Promise<void> {
    if (watched.size === 0) return
    const fingerprints = new Map<string, string>()
    for (const { user_id, ...facts } of await readFacts([...watched.keys()])) {
      fingerprints.set(user_id, JSON.stringify(facts))
    }
    for (const [userId, entry] of watched) {
      const fingerprint = fingerprints.get(userId) ?? ''
      if (entry.fingerprint !== fingerprint) entry.isStale = true
      entry.fingerprint = fingerprint
      if (entry.isStale) readInTurn(userId, entry)
    }
  }

  /**
   * Values of which at least one changes where a session began, ended, was refreshed or confirmed.
   */
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

  /**
   * At once, or when a second has passed since the last time; then for everything that happened
   * meanwhile.
   */
  function readInTurn(userId: string, entry: Watched): void {
    if (entry.timer !== undefined) return
    const waitMs = Math.max(0, entry.readAtMs + listIntervalMs - monotonicNow())
    entry.timer = setTimeout(() => void readNow(userId, entry).catch(onError), waitMs).unref()
  }

  /** After the read in progress: a list never replaces one that was read later. */
  function readNow(userId: string, entry: Watched): Promise<void> {
    stopTimer(entry)
    const read = () => readIfStale(userId, entry)
    entry.reading = entry.reading.then(read, read)
    return entry.reading
  }

  async function readIfStale(userId: string, entry: Watched): Promise<void> {
    if (!entry.isStale) return
    entry.isStale = false
    entry.readAtMs = monotonicNow()
    try {
      const list = await readList(userId)
      entry.list = keepUnchanged(entry.list, list)
    } catch (error) {
      // The next check tries again.
      entry.isStale = true
      throw error
    }
    for (const wake of entry.wakers) wake()
  }

  function stopTimer(entry: Watched): void {
    clearTimeout(entry.timer)
    entry.timer = undefined
  }

  /** A check in progress may have read before the write that asks for another. */
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

  function watch(userId: string, wake: () => void): { entry: Watched; stop: () => void } {
    const entry = watched.get(userId) ?? createWatched()
    watched.set(userId, entry)
    entry.wakers.add(wake)
    const stop = () => {
      entry.wakers.delete(wake)
      if (entry.wakers.size > 0) return
      stopTimer(entry)
      watched.delete(userId)
    }
    return { entry, stop }
  }

  feed.follow({ refresh: look })

  return {
    async *changes(userId, signal) {
      let wake = () => {}
      const rouse = () => wake()
      const { entry, stop } = watch(userId, rouse)
      signal.addEventListener('abort', rouse)
      let told: SessionList | undefined
      try {
        // So that the first list is the present one, and later ones are compared with it.
        await look()
        if (entry.isStale) await readNow(userId, entry)
        while (!signal.aborted) {
          if (entry.list && entry.list !== told) {
            told = entry.list
            yield told
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

function createWatched(): Watched {
  return {
    fingerprint: undefined,
    list: undefined,
    isStale: false,
    readAtMs: Number.NEGATIVE_INFINITY,
    reading: Promise.resolve(),
    timer: undefined,
    wakers: new Set(),
  }
}

/**
 * So that every stream finds what has changed without comparing fields: where nothing has,
 * `before`.
 */
function keepUnchanged(before: SessionList | undefined, next: SessionList): SessionList {
  const known = new Map(before?.sessions.map((session) => [session.id, session]))
  const sessions = next.sessions.map((session) => {
    const same = known.get(session.id)
    return same && isSame(same, session) ? same : session
  })
  const isUnchanged =
    before?.total === next.total &&
    before.sessions.length === sessions.length &&
    before.sessions.every((session, index) => session === sessions[index])
  return isUnchanged ? before : { ...next, sessions }
}

/** By what can change while a session lives. */
function isSame(one: ListedSession, other: ListedSession): boolean {
  return (
    one.lastUsedAtMs === other.lastUsedAtMs &&
    one.expiresAtMs === other.expiresAtMs &&
    one.isNewDevice === other.isNewDevice &&
    one.clientName === other.clientName
  )
}
