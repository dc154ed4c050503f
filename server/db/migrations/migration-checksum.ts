// Identifies a migration by the statements that the engine executes for it.

import { createHash } from 'node:crypto'
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { Engine } from '../database.ts'
import type { Migration } from './migration.ts'

/** As on an engine that finds no rows; parameters are not part of a statement. */
export async function readStatements(migration: Migration, engine: Engine): Promise<string[]> {
  const statements: string[] = []
  const kysely = new Kysely<unknown>({
    dialect: {
      createDriver: () => new DummyDriver(),
      createAdapter: () => (engine === 'postgres' ? new PostgresAdapter() : new SqliteAdapter()),
      createQueryCompiler: () =>
        engine === 'postgres' ? new PostgresQueryCompiler() : new SqliteQueryCompiler(),
      createIntrospector: (db) =>
        engine === 'postgres' ? new PostgresIntrospector(db) : new SqliteIntrospector(db),
    },
    log: ({ query }) => void statements.push(query.sql.replace(/\s+/g, ' ').trim()),
  })
  await migration.up(kysely, engine)
  await migration.fill?.(kysely, engine)
  return statements
}

export async function readChecksum(migration: Migration, engine: Engine): Promise<string> {
  const statements = await readStatements(migration, engine)
  return createHash('sha256').update(statements.join(';\n')).digest('hex')
}
