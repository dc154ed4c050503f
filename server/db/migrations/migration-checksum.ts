// What a step of the migrations is known by: the statements that the engine executes for it.

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
import type { Step } from './migrations.ts'

/** As on an engine that finds no rows; parameters are no part of a statement. */
export async function readStatements(step: Step, engine: Engine): Promise<string[]> {
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
  await step.up(kysely)
  await step.fill?.(kysely)
  return statements
}

export async function readChecksum(step: Step, engine: Engine): Promise<string> {
  const statements = await readStatements(step, engine)
  return createHash('sha256').update(statements.join(';\n')).digest('hex')
}
