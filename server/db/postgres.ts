// PostgreSQL: a pool of guarded connections, migrated through a connection of its own.

import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Compilable,
  Kysely,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
  sql,
} from 'kysely'
import pg from 'pg'
import { AppError } from '../contract/app-error.ts'
import { StartError } from '../contract/start-error.ts'
import type { Database } from './database.ts'
import { sayUnavailable } from './errors.ts'
import { guardDialect } from './guarded-dialect.ts'
import { migrate } from './migrate.ts'
import { createObservedClock, type ObservedClock } from './observed-clock.ts'
import { createOpenSockets, type OpenSockets } from './open-sockets.ts'
import { checkParameters } from './parameters.ts'
import { announcementChannel, listenForAnnouncements } from './postgres-announcements.ts'
import { createPostgresRevocationReader } from './postgres-revocations.ts'
import { explainPostgresError } from './postgres-start-error.ts'
import { checkRequired, RequiredWriteError } from './required-write.ts'
import type { Tables } from './tables.ts'

/** At the start one may wait for a database that is starting too. */
const startTimeoutMs = 5_000
/**
 * For a connection, new or out of the pool. Like the next one well below three seconds: so soon a
 * caller is told that the database does not answer, whichever way it fails to and however busy we are.
 */
const connectTimeoutMs = 2_500
/** Every statement of ours takes milliseconds. */
const statementTimeoutMs = 1_500
/** For saying goodbye to it, which one that hangs does not hear. */
const farewellMs = 1_000
/** Where not even the end of a statement is told, the network is gone. */
const answerTimeoutMs = 1_600

const int8TypeId = 20

const nowMs = sql<number>`cast(floor(extract(epoch from clock_timestamp()) * 1000) as bigint)`

/** @throws StartError when it is down or does not let us in */
export async function openPostgres(url: string): Promise<Database> {
  const clock = createObservedClock()
  let canAnnounce: boolean
  try {
    canAnnounce = await prepareAlone(url, clock)
  } catch (error) {
    if (error instanceof StartError) throw error
    throw explainPostgresError(error, url)
  }
  const sockets = createOpenSockets()
  let lostConnections = 0
  const pool = createPool(url, {
    max: 10,
    stream: sockets.open,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: answerTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
  })
  pool.on('connect', (client) =>
    client.on('error', () => {
      lostConnections += 1
    }),
  )
  const kysely = new Kysely<Tables>({
    dialect: guardDialect(new PostgresDialect({ pool: guardPool(pool) })),
  })
  let closing: Promise<void> | undefined
  return {
    kysely,
    engine: 'postgres',
    nowMs,
    clock,
    createRevocationReader: () =>
      createPostgresRevocationReader({
        kysely,
        nowMs,
        onTime: clock.observe,
        countLostConnections: () => lostConnections,
      }),
    runAtomically: (writes) => sayUnavailable(() => runAtomically(pool, writes)),
    changeToken: () => null,
    announcement: () =>
      canAnnounce
        ? kysely.selectNoFrom(sql`pg_notify(${announcementChannel}, '')`.as('announced'))
        : null,
    onAnnouncement: (listener) =>
      canAnnounce ? listenForAnnouncements(() => createListener(url, sockets), listener) : () => {},
    async ping() {
      await pool.query('select 1')
    },
    async backUp(file) {
      throw new AppError(
        'invalid_input',
        `PostgreSQL has a tool for that:\npg_dump --format=custom --file=${file} "$DATABASE_URL"`,
      )
    },
    async close() {
      closing ??= Promise.race([pool.end(), sleep(farewellMs, undefined, { ref: false })])
      await closing
      sockets.destroyAll()
    },
  }
}

/**
 * Waiting for another process's migration may take longer than a statement may otherwise.
 * @returns whether it has NOTIFY
 */
async function prepareAlone(url: string, clock: ObservedClock): Promise<boolean> {
  const pool = createPool(url, { max: 1 })
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  try {
    await migrate(kysely, 'postgres')
    const sentAtMs = performance.now()
    const { now_ms } = await kysely.selectNoFrom(nowMs.as('now_ms')).executeTakeFirstOrThrow()
    clock.observe(now_ms, sentAtMs)
    return await tryToAnnounce(pool)
  } finally {
    await pool.end()
  }
}

/**
 * A distributed database may have no NOTIFY. It must not stand in a batch then, which it would undo;
 * the poll alone tells of changes.
 */
async function tryToAnnounce(pool: pg.Pool): Promise<boolean> {
  try {
    await pool.query('select pg_notify($1, $2)', [announcementChannel, ''])
    return true
  } catch (error) {
    if (isAnswer(error)) return false
    throw error
  }
}

function createListener(url: string, sockets: OpenSockets): pg.Client {
  return new pg.Client({
    connectionString: url,
    application_name: 'keycard listening',
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: answerTimeoutMs,
    keepAlive: true,
    stream: sockets.open,
  })
}

function createPool(url: string, config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'keycard',
    connectionTimeoutMillis: startTimeoutMs,
    keepAlive: true,
    types: {
      // Without it bigint columns, times and counts, would come as text.
      getTypeParser: (typeId, format) =>
        typeId === int8TypeId ? Number : pg.types.getTypeParser(typeId, format),
    },
    ...config,
  })
  // A connection that ends emits 'error', idle in the pool or in use; unheard, it ends the process.
  // The statement that was under way is rejected besides, and the pool opens a new connection.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** The pool as Kysely sees it: every parameter is looked at, and no broken connection goes back. */
function guardPool(pool: pg.Pool): PostgresPool {
  return {
    async connect() {
      const client = await pool.connect()
      let broken = false
      return {
        query: (async <Row>(text: string, parameters: readonly unknown[]) => {
          checkParameters(parameters)
          try {
            const { command, rowCount, rows } = await client.query(text, [...parameters])
            return { command, rowCount: rowCount ?? 0, rows } as PostgresQueryResult<Row>
          } catch (error) {
            broken = !isAnswer(error)
            throw error
          }
        }) as PostgresPoolClient['query'],
        release: () => client.release(broken),
      }
    },
    end: () => pool.end(),
  }
}

async function runAtomically(pool: pg.Pool, writes: readonly Compilable[]): Promise<bigint[]> {
  const compiled = writes.map((write) => ({ write, ...write.compile() }))
  for (const { parameters } of compiled) checkParameters(parameters)

  const client = await pool.connect()
  try {
    await client.query('begin')
    const counts: bigint[] = []
    for (const { write, sql, parameters } of compiled) {
      const { rowCount } = await client.query(sql, [...parameters])
      const changedRows = BigInt(rowCount ?? 0)
      checkRequired(write, changedRows)
      counts.push(changedRows)
    }
    await client.query('commit')
    client.release()
    return counts
  } catch (error) {
    // A connection that is closed rolls back; one that still answers is asked to and kept.
    const stillAnswers = isAnswer(error) || error instanceof RequiredWriteError
    const rolledBack = stillAnswers && (await client.query('rollback').then(yes, no))
    client.release(!rolledBack)
    throw error
  }
}

const yes = () => true
const no = () => false

/**
 * True where PostgreSQL itself said no, and the connection is as good as before. With 57P01 to
 * 57P05 (shut down, ended by an administrator) it says no and then hangs up.
 */
function isAnswer(error: unknown): boolean {
  return error instanceof pg.DatabaseError && !error.code?.startsWith('57P')
}
