// Tables of older, newer and changed versions, of Keycard's and of the app's, which several nodes
// bring up to date.

import { sql } from 'kysely'
import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import {
  createTestPlace,
  forEachEngine,
  insertUser,
  type TestPlace,
} from '../../testing/databases.ts'
import type { Database, Engine } from '../database.ts'
import { openDatabase } from '../open.ts'
import { appMigrations } from './app/app-migrations.ts'
import { readChecksum, readStatements } from './migration-checksum.ts'
import { migrations } from './migrations.ts'
import { releasedChecksums } from './released-checksums.ts'

async function makePlace(engine: Engine): Promise<TestPlace> {
  const place = await createTestPlace(engine)
  onTestFinished(() => place.remove())
  return place
}

/** Opens it, does this, and closes it. */
async function change(place: TestPlace, work: (database: Database) => Promise<unknown>) {
  const database = await openDatabase(place)
  try {
    await work(database)
  } finally {
    await database.close()
  }
}

const run = ({ kysely }: Database, ...statements: string[]) =>
  statements.reduce<Promise<unknown>>(
    (before, statement) => before.then(() => sql.raw(statement).execute(kysely)),
    Promise.resolve(),
  )

async function readColumns(place: TestPlace, engine: Engine, table: string): Promise<string[]> {
  let columns: string[] = []
  await change(place, async ({ kysely }) => {
    const { rows } = await (engine === 'sqlite'
      ? sql<{ name: string }>`select name from pragma_table_info(${table})`
      : sql<{ name: string }>`select column_name as name from information_schema.columns
          where table_name = ${table}`
    ).execute(kysely)
    columns = rows.map(({ name }) => name)
  })
  return columns
}

/** As version 0.1 left it: 0003 as it landed at first, no checksums, sessions without a registration. */
const older = [
  'drop table outbox',
  'drop table mail_links',
  'alter table sessions rename column transport to door',
  'alter table sessions rename column persistent to kept',
  'alter table users rename column token_version to epoch',
  'alter table revocations rename column token_version to epoch',
  `update sessions set door = case door when 'cookie' then 'browser' else 'token' end`,
  'drop table used_challenges',
  'drop table passkeys',
  'alter table items drop column version',
  'drop index users_disabled_username_key',
  'drop index audit_events_event_created_at_ms_id',
  'drop index audit_events_address_created_at_ms_id',
  'drop index users_active_admins',
  'drop index user_search_keys_old',
  'drop table master_keys',
  'drop index users_password_key_id',
  'drop index known_devices_last_used_at_ms',
  'alter table sessions drop column notices_seen_at_ms',
  `delete from kysely_migration where name > '0012'`,
  'alter table kysely_migration drop column checksum',
  'alter table kysely_migration drop column is_additive',
]

forEachEngine((engine) => {
  test('no released migration has changed, neither its name nor its statements', async () => {
    const checksums: Record<string, string> = {}
    for (const name of Object.keys(releasedChecksums[engine])) {
      const migration = migrations[name]
      if (migration) checksums[name] = await readChecksum(migration, engine)
    }
    expect(checksums).toEqual(releasedChecksums[engine])
  })

  test('a database from before the checksums gets the same tables, and its sessions their registration and transport', async () => {
    const place = await makePlace(engine)
    await change(place, async (database) => {
      const { kysely } = database
      const client = { client_id: 'cli', registration_id: 'first', name: 'cli', grants: 'password' }
      await kysely
        .insertInto('oauth_clients')
        .values({ ...client, scope: 'me', first_party: 0, created_at_ms: 1 })
        .execute()
      const user_id = await insertUser(database)
      const times = { created_at_ms: 1, last_used_at_ms: 1, idle_ms: 1, idle_expires_at_ms: 1 }
      for (const client_id of ['cli', 'keycard-web']) {
        const session = {
          id: client_id,
          user_id,
          client_id,
          scope: 'me',
          transport: 'bearer' as const,
        }
        await kysely
          .insertInto('sessions')
          .values({ ...session, ...times, expires_at_ms: 1 })
          .execute()
      }
      await run(database, ...older)
    })
    expect(await readColumns(place, engine, 'sessions')).toContain('notices_seen_at_ms')
    await change(place, async ({ kysely }) => {
      const sessions = await kysely
        .selectFrom('sessions')
        .select(['id', 'registration_id', 'transport'])
        .orderBy('id')
        .execute()
      expect(sessions).toEqual([
        { id: 'cli', registration_id: 'first', transport: 'bearer' },
        { id: 'keycard-web', registration_id: null, transport: 'bearer' },
      ])
      const { rows } = await sql`select name from kysely_migration
        where checksum is null or is_additive <> 1`.execute(kysely)
      expect(rows).toEqual([{ name: '0016_plain_words' }])
    })
  })

  test('beside a newer version’s migration that only adds, a start goes on; beside a breaking one it is refused', async () => {
    const place = await makePlace(engine)
    const newer = (additive: number) => `insert into kysely_migration
      (name, timestamp, checksum, is_additive) values ('9999_newer_${additive}', '2099-01-01T00:00:00.000Z', 'its own', ${additive})`
    // One that landed late, below one that has already run.
    await change(place, (database) =>
      run(database, newer(1), `delete from kysely_migration where name = '0012_old_databases'`),
    )
    await change(place, async (database) => {
      const { rows } = await sql`select name from kysely_migration
        where name = '0012_old_databases'`.execute(database.kysely)
      expect(rows).toHaveLength(1)
      await run(database, newer(0))
    })
    await expect(openDatabase(place)).rejects.toThrow(/does not know \(9999_newer_0\)/)
  })

  test('a migration that was changed after the database ran it is named', async () => {
    const place = await makePlace(engine)
    await change(place, (database) =>
      run(
        database,
        `update kysely_migration set checksum = 'other' where name = '0003_devices_and_audit'`,
      ),
    )
    await expect(openDatabase(place)).rejects.toThrow(
      /^The migration 0003_devices_and_audit is not the one .*: put it back/,
    )
  })
})

test('a migration that an older node can go on beside removes nothing', async () => {
  for (const [name, migration] of Object.entries({ ...migrations, ...appMigrations })) {
    if (migration.isBreaking) continue
    for (const statement of await readStatements(migration, 'postgres')) {
      expect(statement, `${name} takes something away: give it isBreaking`).not.toMatch(
        /^(drop table|truncate)|drop column|rename|alter column|add column (?!.*default).*not null/i,
      )
    }
  }
})

test('a start says that it waits for another node, or for a table, and goes on when it can', async () => {
  const place = await makePlace('postgres')
  await change(place, async (database) => {
    await run(database, ...older)
    // What is documented for PgBouncer applies to statements, and not to a migration.
    await run(
      database,
      `do $$ begin execute format('alter database %I set statement_timeout = 50', current_database()); end $$`,
    )
  })
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  onTestFinished(() => said.mockRestore())
  const hasSaid = (words: string) =>
    expect.poll(() => said.mock.calls.flat().join('\n')).toContain(words)

  const other = new pg.Client({ connectionString: place.url })
  await other.connect()
  onTestFinished(() => other.end())
  await other.query('select pg_advisory_lock(3853314791062309107)')
  const opening = openDatabase(place)
  await hasSaid("Waiting for another node's update of the tables")
  // As pg_dump does, for as long as it takes.
  await other.query('begin; lock table sessions in access share mode')
  await other.query('select pg_advisory_unlock(3853314791062309107)')
  await hasSaid('something else has one of them in use')
  await other.query('commit')

  const database = await opening
  await database.close()
  expect(await readColumns(place, 'postgres', 'sessions')).toContain('notices_seen_at_ms')
})
