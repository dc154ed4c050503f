// Watches the value of a key, whichever process changes it: one query a change for all watchers,
// one read a key, and at most one a second.

import type { ChangeFeed } from './change-feed.ts'

export interface Watch<Value> {
  /**
   * Yields the value of `key` at once, and again whenever it has changed; several changes may be
   * reported as one. Ends with `signal`.
   */
  changes(key: string, signal: AbortSignal): AsyncGenerator<Value, void>
  /** This process has written: checks at once, and does not wait for the feed. */
  look(): Promise<void>
}

interface WatchDeps<Value> {
  feed: Pick<ChangeFeed, 'follow'>
  /**
   * In one query, for each of `keys` that has a value: facts of which at least one changes with the
   * value, such as a count and the time of the last change. They are compared as JSON.
   */
  readFacts: (keys: string[]) => Promise<Iterable<readonly [key: string, facts: unknown]>>
  /**
   * Reads the value of one key. Where nothing that watchers see has changed, `before` may be
   * returned again.
   */
  read: (key: string, before: Value | undefined) => Promise<Value>
  onError: (error: unknown) => void
  /** In milliseconds; `performance.now` by default. Replaced by tests. */
  monotonicNow?: () => number
}

/** In milliseconds, between two reads of one key. */
export const readIntervalMs = 1_000

/** One key's, however many streams it has here. */
interface Watched<Value> {
  /** Stands for its facts as they were last seen; undefined before the first check. */
  fingerprint: string | undefined
  value: Value | undefined
  /** They have changed since `value` was read. */
  isStale: boolean
  readAtMs: number
  /** The last read, which may be in progress. */
  reading: Promise<void>
  timer: NodeJS.Timeout | undefined
  wakers: Set<() => void>
}

export function createWatch<Value>(deps: WatchDeps<Value>): Watch<Value> {
  const { feed, readFacts, read, onError, monotonicNow = () => performance.now() } = deps
  const watched = new Map<string, Watched<Value>>()
  let looking: Promise<void> | undefined
  let lookAgain = false

  /** One query for all watchers, and none where no one watches. */
  async function compare(): Promise<void> {
    if (watched.size === 0) return
    const facts = new Map(await readFacts([...watched.keys()]))
    for (const [key, entry] of watched) {
      const fingerprint = JSON.stringify(facts.get(key)) ?? ''
      if (entry.fingerprint !== fingerprint) entry.isStale = true
      entry.fingerprint = fingerprint
      if (entry.isStale) readInTurn(key, entry)
    }
  }

  /**
   * At once, or when a second has passed since the last time; then for everything that happened
   * meanwhile.
   */
  function readInTurn(key: string, entry: Watched<Value>): void {
    if (entry.timer !== undefined) return
    const waitMs = Math.max(0, entry.readAtMs + readIntervalMs - monotonicNow())
    entry.timer = setTimeout(() => void readNow(key, entry).catch(onError), waitMs).unref()
  }

  /** After the read in progress: a value never replaces one that was read later. */
  function readNow(key: string, entry: Watched<Value>): Promise<void> {
    stopTimer(entry)
    const read = () => readIfStale(key, entry)
    entry.reading = entry.reading.then(read, read)
    return entry.reading
  }

  async function readIfStale(key: string, entry: Watched<Value>): Promise<void> {
    if (!entry.isStale) return
    entry.isStale = false
    entry.readAtMs = monotonicNow()
    try {
      entry.value = await read(key, entry.value)
    } catch (error) {
      // The next check tries again.
      entry.isStale = true
      throw error
    }
    for (const wake of entry.wakers) wake()
  }

  function stopTimer(entry: Watched<Value>): void {
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

  function watch(key: string, wake: () => void): { entry: Watched<Value>; stop: () => void } {
    const entry = watched.get(key) ?? createWatched<Value>()
    watched.set(key, entry)
    entry.wakers.add(wake)
    const stop = () => {
      entry.wakers.delete(wake)
      if (entry.wakers.size > 0) return
      stopTimer(entry)
      watched.delete(key)
    }
    return { entry, stop }
  }

  feed.follow({ refresh: look })

  return {
    async *changes(key, signal) {
      let wake = () => {}
      const rouse = () => wake()
      const { entry, stop } = watch(key, rouse)
      signal.addEventListener('abort', rouse)
      let told: Value | undefined
      try {
        // So that the first value is the present one, and later ones are compared with it.
        await look()
        if (entry.isStale) await readNow(key, entry)
        while (!signal.aborted) {
          if (entry.value && entry.value !== told) {
            told = entry.value
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

function createWatched<Value>(): Watched<Value> {
  return {
    fingerprint: undefined,
    value: undefined,
    isStale: false,
    readAtMs: Number.NEGATIVE_INFINITY,
    reading: Promise.resolve(),
    timer: undefined,
    wakers: new Set(),
  }
}
