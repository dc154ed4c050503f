// PostgreSQL: a pool of guarded connections, migrated through a connection of its own.

import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { AppError } from '../../contract/app-error.ts'
import { productName } from '../../contract/brand.ts'
import { StartError } from '../../settings/start-error.ts'
import type { Database } from '../database.ts'
import { mapUnavailable } from '../errors.ts'
import { guardDialect } from '../guarded-dialect.ts'
import { migrate } from '../migrations/migrate.ts'
import type { Migrations } from '../migrations/migration.ts'
import { createObservedClock, type ObservedClock } from '../observed-clock.ts'
import type { Tables } from '../tables.ts'
import { finishBatch } from '../writes/committed-write.ts'
import { announcementChannel, listenForAnnouncements } from './announcements.ts'
import { leavesConnectionWell } from './errors.ts'
import { createPostgresHosts } from './hosts.ts'
import { runAloneOn } from './migration-lock.ts'
import { createOpenSockets } from './open-sockets.ts'
import { createPostgresConnections, type PostgresConnectionsOptions } from './pool.ts'
import { createPostgresRevocationReader } from './revocations.ts'
import { explainPostgresError } from './start-error.ts'
import { readPostgresUrl } from './url.ts'

/** Of the connections that serve, and of the one that brings the tables up to date. */
const limits = {
  serving: {
    max: 10,
    // Like the next ones well below three seconds: within that time a caller must hear that the
    // database does not answer, in whichever way it fails and however busy we are.
    connectTimeoutMs: 2_500,
    // Every statement of ours takes milliseconds.
    statementTimeoutMs: 1_500,
    answerTimeoutMs: 1_600,
  },
  migration: {
    max: 1,
    // The database may be starting too.
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 0,
    answerTimeoutMs: 0,
  },
}

const nowText = 'cast(floor(extract(epoch from clock_timestamp()) * 1000) as bigint)'
const nowMs = sql.raw<number>(nowText)

interface OpeningOptions {
  appMigrations?: Migrations | undefined
  /** How many times longer than usual an answer may take. */
  patience?: number | undefined
}

/** @throws StartError when it is down or refuses the connection */
export async function openPostgres(
  url: string,
  { appMigrations, patience = 1 }: OpeningOptions = {},
): Promise<Database> {
  const { requiresChannelBinding, ...target } = readPostgresUrl(url)
  const hosts = createPostgresHosts(target.hosts)
  const sockets = createOpenSockets()
  const shared = { hosts, sockets, requiresChannelBinding }
  const clock = createObservedClock()

  await explained(() => migrateAlone({ ...shared, ...limits.migration }, appMigrations), url)
  const connections = createPostgresConnections({
    ...shared,
    ...limits.serving,
    statementTimeoutMs: limits.serving.statementTimeoutMs * patience,
    answerTimeoutMs: limits.serving.answerTimeoutMs * patience,
  })
  const kysely = new Kysely<Tables>({
    dialect: guardDialect(new PostgresDialect({ pool: connections.pool })),
  })
  let canAnnounce: boolean
  try {
    canAnnounce = await explained(() => tryOut(kysely, clock), url)
  } catch (error) {
    await connections.close()
    throw error
  }
  const createListener = () =>
    new pg.Client({
      application_name: 'keycard listening',
      connectionTimeoutMillis: limits.serving.connectTimeoutMs,
      query_timeout: limits.serving.answerTimeoutMs,
      keepAlive: true,
      stream: sockets.open,
      ...hosts.current(),
    })
  const announcement = kysely.selectNoFrom(
    sql`pg_notify(${announcementChannel}, '')`.as('announced'),
  )
  return {
    kysely,
    engine: 'postgres',
    description: `PostgreSQL, ${target.database} on ${target.hostNames}`,
    nowMs,
    clock,
    createRevocationReader: () =>
      createPostgresRevocationReader({
        kysely,
        nowMs,
        onTime: clock.observe,
        countLostConnections: connections.countLost,
      }),
    async runAtomically(writes, { isAnnounced = false } = {}) {
      const batch = isAnnounced && canAnnounce ? [...writes, announcement] : writes
      return finishBatch(writes, await mapUnavailable(() => connections.runAtomically(batch)))
    },
    setDurable: async () => {},
    changeToken: () => null,
    onAnnouncement: (listener) =>
      canAnnounce ? listenForAnnouncements(createListener, listener) : () => {},
    async ping() {
      const check = () => connections.checkWritable(`${nowText} as now_ms,`)
      return Number((await mapUnavailable(check)).now_ms)
    },
    async backUp(file) {
      throw new AppError(
        'invalid_input',
        `PostgreSQL has a tool for that:\npg_dump --format=custom --file=${file} "$DATABASE_URL"`,
      )
    },
    close: connections.close,
  }
}

async function explained<Result>(run: () => Promise<Result>, url: string): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    throw error instanceof StartError ? error : explainPostgresError(error, url)
  }
}

/**
 * Waiting for another process's update of the tables may take longer than a statement may
 * otherwise.
 */
async function migrateAlone(
  options: PostgresConnectionsOptions,
  appMigrations: Migrations | undefined,
): Promise<void> {
  const connections = createPostgresConnections(options)
  try {
    const dialect = new PostgresDialect({ pool: connections.pool })
    const kysely = new Kysely<unknown>({ dialect })
    await checkEncoding(kysely)
    await migrate({ kysely, engine: 'postgres', runAlone: runAloneOn(kysely), appMigrations })
  } finally {
    await connections.close()
  }
}

/** @throws StartError: names in other alphabets could not be stored */
async function checkEncoding(kysely: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{
    encoding: string
  }>`select current_setting('server_encoding') as encoding`.execute(kysely)
  const encoding = rows[0]?.encoding
  if (encoding === 'UTF8') return
  throw new StartError(
    `The database of DATABASE_URL keeps text as ${encoding}, and ${productName} needs UTF8: make another one ` +
      'with createdb --encoding=UTF8 --template=template0.',
  )
}

/**
 * By the connections that serve, so that a fault in them is reported at the start.
 * @returns whether it has NOTIFY
 */
async function tryOut(kysely: Kysely<Tables>, clock: ObservedClock): Promise<boolean> {
  const sentAtMs = performance.now()
  const { now_ms } = await kysely.selectNoFrom(nowMs.as('now_ms')).executeTakeFirstOrThrow()
  clock.observe(now_ms, sentAtMs)
  return await tryToAnnounce(kysely)
}

/**
 * A distributed database may have no NOTIFY. It must then not stand in a batch, which it would
 * undo; only the poll reports changes.
 */
async function tryToAnnounce(kysely: Kysely<Tables>): Promise<boolean> {
  try {
    await sql`select pg_notify(${announcementChannel}, '')`.execute(kysely)
    return true
  } catch (error) {
    if (error instanceof pg.DatabaseError && leavesConnectionWell(error)) return false
    throw error
  }
}
