// A database full of what operators act on, filled by SQL: a million users and sessions in a minute.

import { join } from 'node:path'
import Libsql from 'libsql'
import pg from 'pg'
import { sessionLifetimes } from '../../server/auth/sessions/sessions.ts'

export interface CrowdSizes {
  /** Users, each with a session of the registered client and one of our own pages. */
  users: number
  /** Of one user, where there are very many: sessions, and items of another one. */
  rowsOfOne: number
}

/** The client that is removed. It is added by the command line before the database is filled. */
export const crowdClient = 'crowd-app'
/**
 * Users with very many rows: sessions of the first two, items of the third. Their password is
 * `secret`.
 */
export const [disabledName, endedName, deletedName] = [
  'many-disabled',
  'many-ended',
  'many-deleted',
]

/** Runs statements in the database, from outside Keycard. */
export interface Sql {
  run(statement: string): Promise<void>
  /** The first column of the first row, as a number. */
  count(query: string): Promise<number>
}

export async function openPostgresSql(url: string): Promise<Sql & { close(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return {
    run: async (statement) => void (await client.query(statement)),
    count: async (query) => Number(Object.values((await client.query(query)).rows[0])[0]),
    close: () => client.end(),
  }
}

/** Opened for each statement: it must hold nothing while a server runs beside it. */
export function openSqliteSql(dataDir: string): Sql {
  const withDatabase = async <Result>(use: (database: Libsql.Database) => Result) => {
    const database = new Libsql(join(dataDir, 'keycard.db'), { timeout: 10_000 })
    try {
      return use(database)
    } finally {
      database.close()
    }
  }
  return {
    run: (statement) => withDatabase((database) => void database.exec(statement)),
    count: (query) =>
      withDatabase((database) =>
        Number((database.prepare(query).raw().all([]) as [[number]])[0][0]),
      ),
  }
}

export async function fillCrowd(
  sql: Sql,
  engine: 'sqlite' | 'postgres',
  { users, rowsOfOne }: CrowdSizes,
): Promise<void> {
  const randomId =
    engine === 'sqlite'
      ? 'lower(hex(randomblob(11)))'
      : 'substr(md5(random()::text || clock_timestamp()::text), 1, 22)'
  const numbers = (count: number) =>
    engine === 'sqlite'
      ? `(with recursive counted(n) as (select 1 union all select n + 1 from counted where n < ${count})
          select n from counted) as numbers`
      : `generate_series(1, ${count}) as numbers(n)`
  const nowMs = Date.now()
  const { idleMs, absoluteMs } = sessionLifetimes.bearer
  const columns = `id, user_id, client_id, registration_id, scope, created_at_ms, last_used_at_ms,
    idle_ms, idle_expires_at_ms, expires_at_ms, transport`
  const session = (
    clientId: string,
    registrationId: string,
  ) => `${randomId}, users.id, '${clientId}',
    ${registrationId}, 'me', ${nowMs}, ${nowMs}, ${idleMs}, ${nowMs + idleMs}, ${nowMs + absoluteMs}, 'bearer'`
  const addUsers = (name: string, from: string) =>
    `insert into users (id, username, username_key, role, password_hash, password_key_id,
       password_changed_at_ms, created_at_ms, updated_at_ms)
     select ${randomId}, ${name}, ${name}, 'user', password_hash, password_key_id,
       password_changed_at_ms, created_at_ms, updated_at_ms
     from ${from} cross join (select * from users where username_key = 'johndoe') as model`

  await sql.run(addUsers("'user' || n", numbers(users)))
  for (const name of [disabledName, endedName, deletedName]) {
    await sql.run(addUsers(`'${name}'`, numbers(1)))
  }
  const registrationId = `(select registration_id from oauth_clients where client_id = '${crowdClient}')`
  for (const [clientId, registration] of [
    [crowdClient, registrationId],
    ['keycard-web', 'null'],
  ] as const) {
    await sql.run(`insert into sessions (${columns}) select ${session(clientId, registration)}
      from users where username_key like 'user%'`)
  }
  for (const name of [disabledName, endedName]) {
    await sql.run(`insert into sessions (${columns}) select ${session('keycard-web', 'null')}
      from users cross join ${numbers(rowsOfOne)} where username_key = '${name}'`)
  }
  await sql.run(`insert into items (id, owner_id, title, description, created_at_ms, updated_at_ms)
    select ${randomId}, users.id, 'Lamp', '', ${nowMs}, ${nowMs}
    from users cross join ${numbers(rowsOfOne)} where username_key = '${deletedName}'`)
  await sql.run('analyze')
}
