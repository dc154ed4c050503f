// What a migration is: one change of the tables, on both engines.

import type { Kysely } from 'kysely'
import type { Engine } from '../database.ts'

export interface Migration {
  /** In one transaction, which locks the tables that it alters: nothing that takes long. */
  up(kysely: Kysely<unknown>, engine: Engine): Promise<void>
  /**
   * What takes long: one batch in a transaction of its own, again and again until it has changed no
   * row. A migration with such a part may run more than once.
   * @returns how many rows it has changed
   */
  fill?(kysely: Kysely<unknown>, engine: Engine): Promise<number>
  /**
   * Where a version that does not know the migration cannot go on beside it: then all nodes are
   * stopped.
   */
  isBreaking?: true
}

/** By their names, which sort in the order in which they run. */
export type Migrations = Readonly<Record<string, Migration>>
