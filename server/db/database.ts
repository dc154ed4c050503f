// The database as everything above sees it: the queries, and never which engine answers them.

import type { Compilable, Kysely, RawBuilder } from 'kysely'
import type { Clock } from './clock.ts'
import type { RevocationReader } from './revocation-reader.ts'
import type { Tables } from './tables.ts'

export type Engine = 'sqlite' | 'postgres'

export interface BatchOptions {
  /**
   * Wakes the other processes once it has committed, so that they refresh their memory without
   * waiting for their next poll. False by default. SQLite has `changeToken`, which costs nothing;
   * on PostgreSQL without NOTIFY only the poll reports the change.
   */
  isAnnounced?: boolean
}

/**
 * Rules are written as single statements, conditional where a race is possible (`update … where
 * counter = ? returning …`): with SQLite drivers nearly every one of several parallel interactive
 * transactions fails as busy. `kysely.transaction()` is therefore refused; writes that belong
 * together go through `runAtomically`, where one may be `required`.
 */
export interface Database {
  readonly kysely: Kysely<Tables>
  readonly engine: Engine
  /** The engine and its address, for people: no password. */
  readonly description: string
  /**
   * The engine's own clock as an SQL expression, in epoch milliseconds. On PostgreSQL all nodes
   * share it; on SQLite it is this machine's.
   */
  readonly nowMs: RawBuilder<number>
  /** The same clock, as this process knows it without asking. */
  readonly clock: Clock
  /**
   * Runs writes in one transaction: all of them happen, or none.
   * @returns the number of rows that each one changed, in order
   * @throws RequiredWriteError where one that was `required` changed none
   */
  runAtomically(writes: readonly Compilable[], options?: BatchOptions): Promise<bigint[]>
  /**
   * With false, later writes of this process may be lost in a power cut, the newest first; with
   * true, the next write is on the disk with all before it, as at the start. No effect on
   * PostgreSQL, where a commit holds up no other.
   */
  setDurable(isDurable: boolean): Promise<void>
  /** What commits to `revocations`, in the order in which the database itself commits. */
  createRevocationReader(): RevocationReader
  /** SQLite: a number that changes when another connection has written. PostgreSQL: null. */
  changeToken(): number | null
  /** Calls when another process, or this one, has announced a change; some may be missed. */
  onAnnouncement(listener: () => void): () => void
  /**
   * Resolves with the database's time, in epoch milliseconds, when it answers and accepts writes; rejects
   * with the cause otherwise.
   */
  ping(): Promise<number>
  /**
   * SQLite: writes a copy of this moment to a new file that only its owner may read, while
   * everything goes on. PostgreSQL has tools of its own for that.
   * @throws AppError invalid_input where the file exists already, or cannot be written
   */
  backUp(file: string): Promise<void>
  close(): Promise<void>
}
