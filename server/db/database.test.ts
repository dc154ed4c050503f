// The same data on both engines: one set of migrations, one set of queries.

import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { forEachEngine, openTestDatabase } from '../testing/databases.ts'
import { ownTables } from '../testing/own-tables.ts'
import type { Database, Engine } from './database.ts'
import { isUniqueViolation } from './errors.ts'
import { appMigrations } from './migrations/app/app-migrations.ts'
import type { NewSession, NewUser } from './tables.ts'
import { RequiredWriteError, required } from './writes/required-write.ts'

const now = 1_800_000_000_123

function makeUser(id: string, values: Partial<NewUser> = {}): NewUser {
  return {
    id,
    username: id,
    username_key: id,
    role: 'user',
    password_hash: 'none',
    password_changed_at_ms: now,
    created_at_ms: now,
    updated_at_ms: now,
    ...values,
  }
}

function makeSession(id: string, userId: string): NewSession {
  return {
    id,
    user_id: userId,
    client_id: 'keycard-web',
    scope: 'me me:write',
    created_at_ms: now,
    last_used_at_ms: now,
    idle_ms: 1_800_000,
    idle_expires_at_ms: now + 1_800_000,
    expires_at_ms: now + 43_200_000,
    transport: 'cookie',
  }
}

async function addUsers(database: Database, ...users: NewUser[]): Promise<void> {
  for (const user of users) await database.kysely.insertInto('users').values(user).execute()
}

const nullableColumns =
  'audit_events.actor_id audit_events.address audit_events.client_id audit_events.notice ' +
  'audit_events.session_id ' +
  'audit_events.user_agent audit_events.user_id audit_events.what audit_events.why ' +
  'master_keys.newest_up_to_ms oauth_clients.secret_hash ' +
  'outbox.claim outbox.failed_at_ms outbox.failure outbox.sealed outbox.user_id ' +
  'passkeys.last_used_at_ms ' +
  'revocations.token_version sessions.address sessions.device_id ' +
  'sessions.notices_seen_at_ms sessions.proved_at_ms sessions.recovered_counter ' +
  'sessions.registration_id sessions.revoked_at_ms sessions.revoked_reason ' +
  'sessions.rotated_address sessions.rotated_at_ms sessions.rotated_by sessions.user_agent ' +
  'users.deleted_at_ms users.email users.email_key users.full_name users.password_key_id'

interface Column {
  of: string
  name: string
  nullable: 0 | 1
}

function listColumns(engine: Engine) {
  return engine === 'sqlite'
    ? sql<Column>`
        select t.name as "of", c.name as name, 1 - c."notnull" as nullable
        from sqlite_schema t, pragma_table_info(t.name) c
        where t.type = 'table' and t.name not like '%migration%' and t.name not like 'sqlite%'
        order by 1, 2`
    : sql<Column>`
        select table_name as "of", column_name as name, (is_nullable = 'YES')::int as nullable
        from information_schema.columns
        where table_schema = 'public' and table_name not like '%migration%' order by 1, 2`
}

forEachEngine((engine) => {
  test('the migrations make the tables that the types describe', async () => {
    const { kysely } = await openTestDatabase(engine)
    const { rows } = await listColumns(engine).execute(kysely)
    const own = Object.entries(ownTables).flatMap(([table, columns]) =>
      columns.split(' ').map((column) => `${table}.${column}`),
    )
    const made = rows.map((row) => `${row.of}.${row.name}`)
    expect(made).toEqual(expect.arrayContaining(own))
    // The sample's table is made by Keycard's first migration, whether there are items or not.
    const others = made.filter((column) => !own.includes(column) && !column.startsWith('items.'))
    if (Object.keys(appMigrations).length === 0) expect(others).toEqual([])
    const nullable = rows.filter((row) => row.nullable === 1).map((row) => `${row.of}.${row.name}`)
    expect(nullable.filter((column) => own.includes(column)).join(' ')).toBe(nullableColumns)
  })

  test('a row comes back with the same types on both engines', async () => {
    const database = await openTestDatabase(engine)
    await addUsers(database, makeUser('ada', { email: 'Ada@x.org', email_key: 'ada@x.org' }))
    const { kysely } = database
    expect(await kysely.selectFrom('users').selectAll().executeTakeFirst()).toMatchObject({
      ...makeUser('ada', { email: 'Ada@x.org', email_key: 'ada@x.org' }),
      deleted_at_ms: null,
      disabled: 0,
      token_version: 0,
      full_name: null,
      is_demo: 0,
      last_seen_at_ms: 0,
      password_key_id: null,
    })
    const count = kysely.selectFrom('users').select(({ fn }) => fn.countAll<number>().as('count'))
    expect(await count.executeTakeFirst()).toEqual({ count: 1 })
  })

  test('a taken value is distinguished from other errors, with its column', async () => {
    const database = await openTestDatabase(engine)
    await addUsers(database, makeUser('ada', { email_key: 'ada@x.org' }))
    const add = (user: NewUser) =>
      database.kysely
        .insertInto('users')
        .values(user)
        .execute()
        .then(
          () => null,
          (error: unknown) => error,
        )

    const sameId = await add(makeUser('ada', { username_key: 'other' }))
    const sameName = await add(makeUser('bob', { username_key: 'ada' }))
    const sameEmail = await add(makeUser('bob', { email_key: 'ada@x.org' }))
    expect(isUniqueViolation(sameId, 'users.id')).toBe(true)
    expect(isUniqueViolation(sameName, 'users.username_key')).toBe(true)
    expect(isUniqueViolation(sameName, 'users.email_key')).toBe(false)
    expect(isUniqueViolation(sameEmail, 'users.email_key')).toBe(true)

    const noSuchUser = await database.kysely
      .insertInto('sessions')
      .values(makeSession('s', 'nobody'))
      .execute()
      .catch((error: unknown) => error)
    expect(noSuchUser).toBeInstanceOf(Error)
    expect(isUniqueViolation(noSuchUser)).toBe(false)
    // The connection is as good as before.
    expect(await add(makeUser('bob'))).toBeNull()
  })

  test('deleting a user deletes the sessions', async () => {
    const database = await openTestDatabase(engine)
    const { kysely } = database
    await addUsers(database, makeUser('ada'))
    await kysely.insertInto('sessions').values(makeSession('s', 'ada')).execute()
    await kysely.deleteFrom('users').execute()
    expect(await kysely.selectFrom('sessions').selectAll().execute()).toEqual([])
  })

  test('R54: of 50 parallel rotations exactly one wins', async () => {
    const database = await openTestDatabase(engine)
    const { kysely } = database
    await addUsers(database, makeUser('ada'))
    await kysely.insertInto('sessions').values(makeSession('s', 'ada')).execute()
    const rotate = () =>
      kysely
        .updateTable('sessions')
        .set((row) => ({ counter: row('counter', '+', 1), rotated_at_ms: now }))
        .where('id', '=', 's')
        .where('counter', '=', 0)
        .where('revoked_at_ms', 'is', null)
        .returning('counter')
        .execute()
    const winners = (await Promise.all(Array.from({ length: 50 }, rotate))).flat()
    expect(winners).toEqual([{ counter: 1 }])
  })

  test('writes that belong together all happen, or none', async () => {
    const database = await openTestDatabase(engine)
    const { kysely } = database
    await addUsers(database, makeUser('ada'))
    await kysely.insertInto('sessions').values(makeSession('s', 'ada')).execute()
    const revoke = kysely.updateTable('sessions').set({ revoked_at_ms: now }).where('id', '=', 's')
    const record = kysely
      .insertInto('revocations')
      .values({ id: 'r', kind: 'session', subject: 's', created_at_ms: database.nowMs })

    const none = revoke.where('counter', '=', 7).returning('id')
    expect(await database.runAtomically([revoke, record, none])).toEqual([1n, 1n, 0n])

    const restore = kysely.updateTable('sessions').set({ revoked_at_ms: null })
    await expect(database.runAtomically([restore, record])).rejects.toSatisfy((error) =>
      isUniqueViolation(error, 'revocations.id'),
    )
    const row = await kysely.selectFrom('sessions').select('revoked_at_ms').executeTakeFirst()
    expect(row).toEqual({ revoked_at_ms: now })
  })

  test('where a required write changes nothing, nothing of its batch happens', async () => {
    const database = await openTestDatabase(engine)
    const { kysely } = database
    await addUsers(database, makeUser('ada'))
    const rename = (from: string, to: string) =>
      kysely.updateTable('users').set({ full_name: to }).where('full_name', '=', from)
    const raise = kysely
      .updateTable('users')
      .set((row) => ({ token_version: row('token_version', '+', 1) }))
    const row = () =>
      kysely.selectFrom('users').select(['full_name', 'token_version']).executeTakeFirstOrThrow()

    await kysely.updateTable('users').set({ full_name: 'Ada' }).execute()
    expect(await database.runAtomically([raise, required(rename('Ada', 'Eve'))])).toEqual([1n, 1n])
    await expect(database.runAtomically([raise, required(rename('Ada', 'Bob'))])).rejects.toThrow(
      RequiredWriteError,
    )
    expect(await row()).toEqual({ full_name: 'Eve', token_version: 1 })

    // Of many at once exactly one is right about the name it read.
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        database.runAtomically([required(rename('Eve', 'Zoe')), raise]),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await row()).toEqual({ full_name: 'Zoe', token_version: 2 })
  })

  test('parallel transactions and single statements do not interfere', async () => {
    const database = await openTestDatabase(engine)
    const { kysely } = database
    await addUsers(database, makeUser('ada'))
    const raise = kysely
      .updateTable('users')
      .set((row) => ({ token_version: row('token_version', '+', 1) }))
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        i % 2 ? raise.execute() : database.runAtomically([raise, raise]),
      ),
    )
    const row = await kysely.selectFrom('users').select('token_version').executeTakeFirst()
    expect(row).toEqual({ token_version: 45 })
  })

  test('an interactive transaction cannot be begun', async () => {
    const { kysely } = await openTestDatabase(engine)
    await expect(kysely.transaction().execute(async () => {})).rejects.toThrow('runAtomically')
  })

  test('text sorts by its bytes', async () => {
    const database = await openTestDatabase(engine)
    const names = ['_z', 'B', 'Zoë', 'a', 'a-b', 'ab', 'b', 'z', 'ä', 'é', 'ﬀ', '😀']
    await addUsers(database, ...names.toReversed().map((name) => makeUser(name)))
    const rows = await database.kysely
      .selectFrom('users')
      .select('username_key')
      .orderBy('username_key')
      .execute()
    const byBytes = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    expect(rows.map((row) => row.username_key)).toEqual(byBytes)
  })

  test('a large text comes back whole', async () => {
    const database = await openTestDatabase(engine)
    const full_name = `${'0123456789 äöü 😀\n'.repeat(60_000)}'; --`
    await addUsers(database, makeUser('ada', { full_name }))
    const row = await database.kysely.selectFrom('users').select('full_name').executeTakeFirst()
    expect(row).toEqual({ full_name })
  })

  test('the clock of the database is right, in milliseconds', async () => {
    const database = await openTestDatabase(engine)
    const { rows } = await sql<{ now: number }>`select ${database.nowMs} as now`.execute(
      database.kysely,
    )
    expect(Math.abs((rows[0]?.now ?? 0) - Date.now())).toBeLessThan(60_000)
  })

  test('answers a ping until it is closed, and may be closed twice', async () => {
    const database = await openTestDatabase(engine)
    await database.ping()
    await database.close()
    await database.close()
    await expect(database.ping()).rejects.toThrow()
  })
})
