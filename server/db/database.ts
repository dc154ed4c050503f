// What a database is to everybody above: the queries, and never which engine answers them.

import type { Compilable, Kysely, RawBuilder } from 'kysely'
import type { Clock } from './clock.ts'
import type { RevocationReader } from './revocation-reader.ts'
import type { Tables } from './tables.ts'

export type Engine = 'sqlite' | 'postgres'

export interface BatchOptions {
  /**
   * Wakes the other processes once it has committed: for what they hold in memory, so that they do not
   * wait for their next poll. False by default. SQLite has `changeToken`, which costs nothing; on
   * PostgreSQL without NOTIFY the poll alone tells of it.
   */
  isAnnounced?: boolean
}

/**
 * Rules are written as single statements, conditional where a race is possible
 * (`update … where counter = ? returning …`): with SQLite drivers nearly every one of several
 * parallel interactive transactions fails as busy. `kysely.transaction()` is therefore refused;
 * writes that belong together go through `runAtomically`, where one may be `required`.
 */
export interface Database {
  readonly kysely: Kysely<Tables>
  readonly engine: Engine
  /** Which one, and where, for a person: no password. */
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
   * With false, the writes of this process that follow may be lost with the power, the last ones first;
   * with true, what is written next is on the disk with all before it, as it is from the start.
   * PostgreSQL, where a commit holds up nobody else: nothing changes.
   */
  setDurable(isDurable: boolean): Promise<void>
  /** What commits to `revocations`, in the order in which the database itself commits. */
  createRevocationReader(): RevocationReader
  /** SQLite: a number that changes when another connection wrote. PostgreSQL: null. */
  changeToken(): number | null
  /** Calls when another process, or this one, has announced a change; some may be missed. */
  onAnnouncement(listener: () => void): () => void
  /** Resolves when the database answers and takes writes, and rejects with what is wrong otherwise. */
  ping(): Promise<void>
  /**
   * SQLite: a copy of this moment, in a new file that its owner alone may read, while all goes on.
   * PostgreSQL has tools of its own for that.
   * @throws AppError invalid_input where the file is there already, or cannot be written
   */
  backUp(file: string): Promise<void>
  close(): Promise<void>
}
