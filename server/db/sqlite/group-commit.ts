// Writes that arrive together are committed together: one sync to the disk for all, on another thread.

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { isLocked } from '../errors.ts'
import type { SqliteConnection } from './connection.ts'

export interface GroupCommit {
  /** False while a commit is in progress on the other thread: the connection must be left alone. */
  readonly isIdle: boolean
  /**
   * Resolves with the result of `write` once it is on the disk (R116). A write that throws is
   * rejected alone; where the commit fails, none of the group has happened and all are rejected.
   * @param write one statement, which SQLite itself undoes where it fails
   */
  run<Result>(write: () => Result): Promise<Result>
  /** The same for several statements: all of them happen, or none. */
  runAtomically<Result>(write: () => Result): Promise<Result>
  /** In its turn but outside a transaction, for statements that have no effect inside one. */
  runAlone<Result>(statement: () => Result): Promise<Result>
  /** Resolves when nothing waits any more. */
  settled(): Promise<void>
}

interface GroupCommitOptions {
  /** In milliseconds; 5,000 by default. How long a write waits while another process has the lock. */
  patienceMs?: number
  /** Called in each transaction before the first write. */
  onBegin?: () => void
}

/** In milliseconds: the lock is tried again after 1, 2, 3 and so on, at last every 10. */
const longestPauseMs = 10

/** @param connection belongs to the group commit alone; its `busyTimeoutMs` is 0 */
export function createGroupCommit(
  connection: Pick<SqliteConnection, 'prepare' | 'execOffThread' | 'inTransaction'>,
  { patienceMs = 5_000, onBegin = () => {} }: GroupCommitOptions = {},
): GroupCommit {
  let waiting: Entry[] = []
  let working: Promise<void> | undefined
  let isIdle = true

  const exec = (sql: string) => void connection.prepare(sql).run([])

  function add<Result>(kind: Entry['kind'], run: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      const runAndKeep = () => {
        const result = run()
        return () => resolve(result)
      }
      waiting.push({ kind, run: runAndKeep, reject, cameAtMs: performance.now() })
      working ??= commitWaiting()
    })
  }

  async function commitWaiting(): Promise<void> {
    // All writes that this turn of the loop requests form one group.
    await nextTurn()
    for (let attempts = 0; waiting.length > 0; attempts++) {
      for (const entry of take(({ kind }) => kind === 'alone')) attempt(entry)()
      if (waiting.length === 0) break
      if (begin()) {
        attempts = 0
        await commit(take(() => true))
      } else {
        await sleep(Math.min(attempts + 1, longestPauseMs))
      }
    }
    working = undefined
  }

  function take(isTaken: (entry: Entry) => boolean): Entry[] {
    const taken = waiting.filter(isTaken)
    waiting = waiting.filter((entry) => !isTaken(entry))
    return taken
  }

  /**
   * False where another process has the lock, or where it fails: then nothing waits for it any
   * more.
   */
  function begin(): boolean {
    try {
      exec('begin immediate')
      return true
    } catch (error) {
      const longAgoMs = performance.now() - patienceMs
      const rejected = take(({ cameAtMs }) => !isLocked(error) || cameAtMs <= longAgoMs)
      for (const { reject } of rejected) reject(error)
      return false
    }
  }

  async function commit(group: readonly Entry[]): Promise<void> {
    try {
      onBegin()
      // Nothing is awaited among these, so that nothing else is written in between.
      const tellAll = group.map(attempt)
      isIdle = false
      await connection.execOffThread('commit')
      isIdle = true
      for (const tell of tellAll) tell()
    } catch (error) {
      isIdle = true
      // A full disk has already rolled back by itself.
      if (connection.inTransaction) exec('rollback')
      for (const { reject } of group) reject(error)
    }
  }

  /** @returns what acknowledges it to its caller, once the group has committed */
  function attempt({ kind, run, reject }: Entry): () => void {
    const isAtomic = kind === 'atomic'
    try {
      if (isAtomic) exec('savepoint one')
      const tell = run()
      if (isAtomic) exec('release one')
      return tell
    } catch (error) {
      if (kind !== 'alone' && !connection.inTransaction) {
        // Then the whole group is gone, and not this write alone.
        throw error
      }
      if (isAtomic) {
        exec('rollback to one')
        exec('release one')
      }
      return () => reject(error)
    }
  }

  return {
    get isIdle() {
      return isIdle
    },
    run: (write) => add('statement', write),
    runAtomically: (write) => add('atomic', write),
    runAlone: (statement) => add('alone', statement),
    settled: async () => working,
  }
}

interface Entry {
  kind: 'statement' | 'atomic' | 'alone'
  /** Returns what resolves its promise. */
  run(): () => void
  reject(error: unknown): void
  /** By `performance.now`. */
  cameAtMs: number
}
