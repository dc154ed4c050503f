// A database of its own for each test, on both engines.

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { beforeAll, describe, inject, onTestFinished } from 'vitest'
import type { Database, Engine } from '../db/database.ts'
import { openDatabase } from '../db/open.ts'
import { makeRandomId } from '../db/random-id.ts'

/** Runs the same tests once for each engine. */
export function forEachEngine(tests: (engine: Engine) => void): void {
  for (const engine of ['sqlite', 'postgres'] as const)
    describe(`on ${engine}`, () => tests(engine))
}

/**
 * How many times longer PostgreSQL may take in a test than in life: dozens of writes at once beside two
 * busy cores. A test of what is slow on purpose opens its database itself.
 */
export const testPatience = 4

/** An empty, migrated database, removed when the test ends. */
export async function openTestDatabase(engine: Engine): Promise<Database> {
  const place = await createTestPlace(engine)
  const database = await openDatabase({ ...place, patience: testPatience })
  onTestFinished(async () => {
    await database.close()
    await place.remove()
  })
  return database
}

/** One such database for all tests of a block, which do not touch each other's rows. */
export function shareTestDatabase(engine: Engine): () => Database {
  let database: Database | undefined
  beforeAll(async () => {
    const place = await createTestPlace(engine)
    const opened = await openDatabase({ ...place, patience: testPatience })
    database = opened
    return async () => {
      await opened.close()
      await place.remove()
    }
  })
  return () => {
    if (!database) throw new Error('the database is open only while tests run')
    return database
  }
}

export interface TestPlace {
  url?: string
  dataDir: string
  remove(): Promise<void>
}

/** What `openDatabase` takes, with nothing there yet; the caller calls `remove` in the end. */
export async function createTestPlace(engine: Engine): Promise<TestPlace> {
  const dataDir = mkdtempSync(join(tmpdir(), 'keycard-data-'))
  const removeFolder = () => rmSync(dataDir, { recursive: true, force: true })
  if (engine === 'sqlite') return { dataDir, remove: async () => removeFolder() }

  const name = `keycard_${randomBytes(8).toString('hex')}`
  await runOnServer(`create database ${name} template template0`)
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${name}`
  return {
    url: url.href,
    dataDir,
    async remove() {
      removeFolder()
      await runOnServer(`drop database if exists ${name} with (force)`)
    },
  }
}

/** A user that rows can belong to, with a password that no one can sign in with. */
export async function insertUser({ kysely }: Database): Promise<string> {
  const id = makeRandomId()
  await kysely
    .insertInto('users')
    .values({
      id,
      username: id,
      username_key: id,
      role: 'user',
      password_hash: 'none',
      password_changed_at_ms: 0,
      created_at_ms: 0,
      updated_at_ms: 0,
    })
    .execute()
  return id
}

/** Runs one statement on the test server, outside of any test's database. */
export async function runOnServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
