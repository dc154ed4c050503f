// PostgreSQL that stalls, is made read-only or is not the only host: no false success, and no
// connection left behind.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { sql } from 'kysely'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { createTestPlace, runOnServer } from '../../testing/databases.ts'
import type { Database } from '../database.ts'
import { openDatabase } from '../open.ts'

interface Opened {
  database: Database
  /** Of the database, as an SQL literal. */
  name: string
  url: string
}

async function open(changeUrl: (url: URL) => string = ({ href }) => href): Promise<Opened> {
  const place = await createTestPlace('postgres')
  const url = new URL(place.url ?? '')
  const database = await openDatabase({ ...place, url: changeUrl(url) })
  onTestFinished(async () => {
    await database.close()
    await place.remove()
  })
  return { database, name: url.pathname.slice(1), url: url.href }
}

/** What an administrator sees. */
async function ask<Row>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  const { rows } = await client.query(text)
  await client.end()
  return rows as Row[]
}

const write = ({ kysely }: Database, id: string) =>
  kysely.insertInto('revocations').values({ id, kind: 'session', subject: 's', created_at_ms: 1 })

const outcomeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { reason?: string }) => error.reason ?? error,
  )

async function countBackends(name: string): Promise<number> {
  const [row] = await ask<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where datname = '${name}'`,
  )
  return row?.count ?? 0
}

async function listWaiting({ name }: Opened): Promise<number[]> {
  const rows = await ask<{ pid: number }>(
    `select pid from pg_stat_activity where datname = '${name}' and wait_event = 'SyncRep'`,
  )
  return rows.map(({ pid }) => pid)
}

const endAll = (name: string) =>
  ask(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`)

/** Connections that are opened from now on wait at each commit for a standby that is not there. */
async function stall({ name }: Opened): Promise<void> {
  await runOnServer(`alter database ${name} set synchronous_commit = on`)
  await endAll(name)
}

test('abandoned commits are ended at the server, and count until they are', async () => {
  const opened = await open()
  await stall(opened)
  const writes = Array.from({ length: 12 }, (_, index) =>
    outcomeOf(write(opened.database, String(index)).execute()),
  )
  expect(new Set(await Promise.all(writes))).toEqual(new Set(['unavailable']))
  expect(await countBackends(opened.name)).toBeLessThanOrEqual(10)
  await expect.poll(() => listWaiting(opened)).toEqual([])

  await runOnServer(`alter database ${opened.name} reset synchronous_commit`)
  await expect.poll(() => outcomeOf(write(opened.database, 'after').execute())).toBe('done')
})

test('a commit whose wait for the standby an administrator ends is not a success', async () => {
  const opened = await open()
  const { database } = opened
  await stall(opened)
  const outcomes = Promise.all([
    outcomeOf(write(database, 'alone').execute()),
    outcomeOf(database.runAtomically([write(database, 'one'), write(database, 'two')])),
  ])
  const endWaits = async () => {
    for (const pid of await listWaiting(opened)) {
      await runOnServer(`select pg_cancel_backend(${pid})`)
    }
    return Promise.race([outcomes, undefined])
  }
  await expect.poll(endWaits).toEqual(['unavailable', 'unavailable'])
  // It did happen, and the connections are as good as before.
  const rows = await database.kysely.selectFrom('revocations').select('id').orderBy('id').execute()
  expect(rows.map(({ id }) => id)).toEqual(['alone', 'one', 'two'])
})

test('a server that accepts no writes is not ready, and no connection to it is used again', async () => {
  const { database, name } = await open()
  await database.ping()
  await runOnServer(`alter database ${name} set default_transaction_read_only = on`)
  await endAll(name)
  expect(await outcomeOf(database.ping())).toBe('unavailable')
  expect(await outcomeOf(write(database, 'late').execute())).toBe('unavailable')
  expect(await outcomeOf(sql`select 1`.execute(database.kysely))).toBe('unavailable')

  await runOnServer(`alter database ${name} reset default_transaction_read_only`)
  await database.ping()
  await write(database, 'well').execute()
})

test('one refused write condemns all connections that are as old', async () => {
  const { database, name } = await open()
  // As those of a primary that was demoted: they live, and accept no writes.
  const sessions = Array.from({ length: 5 }, () =>
    sql`select set_config('default_transaction_read_only', 'on', false), pg_sleep(0.2)`.execute(
      database.kysely,
    ),
  )
  await Promise.all(sessions)
  expect(await outcomeOf(write(database, 'late').execute())).toBe('unavailable')
  const writes = Array.from({ length: 5 }, (_, index) =>
    outcomeOf(write(database, `well ${index}`).execute()),
  )
  expect(new Set(await Promise.all(writes))).toEqual(new Set(['done']))
  expect(await countBackends(name)).toBeLessThanOrEqual(10)
})

test('of several hosts the one that answers is used', async () => {
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address() as { port: number }
  closed.close()
  const { database } = await open(
    ({ username, password, host, pathname }) =>
      `postgres://${username}:${password}@127.0.0.1:${port},${host}${pathname}?target_session_attrs=read-write`,
  )
  expect(await outcomeOf(write(database, 'well').execute())).toBe('done')
})
