// The embedded database: one SQLite file in the data folder, opened, secured and migrated.

import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { StartError } from '../../settings/start-error.ts'
import { systemClock } from '../clock.ts'
import type { Database } from '../database.ts'
import { mapUnavailable } from '../errors.ts'
import { guardDialect } from '../guarded-dialect.ts'
import { migrate } from '../migrations/migrate.ts'
import type { Migrations } from '../migrations/migration.ts'
import type { Tables } from '../tables.ts'
import { finishBatch } from '../writes/committed-write.ts'
import { backUpSqlite } from './backup.ts'
import { connectSqlite, type SqliteConnection } from './connection.ts'
import { createGroupedDialect } from './dialect.ts'
import { createGroupCommit } from './group-commit.ts'
import { createSqliteRevocationReader } from './revocations.ts'

/** In the data folder. */
export const sqliteFileName = 'keycard.db'

/** In milliseconds: how long the start waits, statement by statement, for another process. */
const startTimeoutMs = 5_000
/** A read waits for nothing, except a process that repairs the files after another one died. */
const readTimeoutMs = 50

/** @throws StartError when the folder or the file cannot be used */
export async function openSqlite(dataDir: string, appMigrations?: Migrations): Promise<Database> {
  const file = join(dataDir, sqliteFileName)
  const opened: SqliteConnection[] = []
  const connect = (busyTimeoutMs: number) => {
    const connection = connectSqlite(file, busyTimeoutMs)
    opened.push(connection)
    return connection
  }
  try {
    createPrivateFile(dataDir, file)
    const writes = connect(startTimeoutMs)
    await configure(writes)
    const dialect = new SqliteDialect({ database: writes })
    await migrateUnderLock(new Kysely<unknown>({ dialect }), writes, appMigrations)
    // From here on the main thread waits for no one.
    writes.exec('pragma busy_timeout = 0')
    return createDatabase(file, { writes, reads: connect(readTimeoutMs) })
  } catch (error) {
    for (const connection of opened) connection.close()
    throw explainSqliteError(error, dataDir)
  }
}

function createDatabase(
  file: string,
  { reads, writes }: { reads: SqliteConnection; writes: SqliteConnection },
): Database {
  const dataVersion = writes.prepare('pragma data_version')
  let changeToken: number | null = null
  const readChangeToken = () => {
    const [row] = dataVersion.all([]) as { data_version: number }[]
    changeToken = row?.data_version ?? null
  }
  const commits = createGroupCommit(writes, { onBegin: readChangeToken })
  const dialect = guardDialect(createGroupedDialect({ reads, writes, commits }))
  const kysely = new Kysely<Tables>({ dialect })
  return {
    kysely,
    engine: 'sqlite',
    description: `SQLite in ${dirname(file)}/`,
    nowMs: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
    clock: systemClock,
    createRevocationReader: () => createSqliteRevocationReader(kysely),
    async runAtomically(batch) {
      const run = () => commits.runAtomically(() => writes.runAll(batch))
      return finishBatch(batch, await mapUnavailable(run))
    },
    setDurable: (isDurable) =>
      // With `normal` the files stay intact, and no commit waits for the disk while it holds the lock.
      commits.runAlone(() => writes.exec(`pragma synchronous = ${isDurable ? 'full' : 'normal'}`)),
    changeToken() {
      // While we commit, no other process does.
      if (commits.isIdle) readChangeToken()
      return changeToken
    },
    onAnnouncement: () => () => {},
    async ping() {
      reads.prepare('select count(*) from users where id is null').all([])
      return systemClock.now()
    },
    backUp: (copy) => backUpSqlite(file, copy),
    async close() {
      await commits.settled()
      await kysely.destroy()
      reads.close()
      await checkpoint(writes)
      writes.close()
    },
  }
}

/**
 * So that the one file holds everything, for operators who copy it while the server is down. The
 * second of the two keeps other processes from writing, so the first, which does not, does the
 * work.
 */
async function checkpoint(connection: SqliteConnection): Promise<void> {
  try {
    await connection.execOffThread('pragma wal_checkpoint(passive)')
    await connection.execOffThread('pragma wal_checkpoint(truncate)')
  } catch {
    // The next start reads what is left in the -wal file; a damaged file is reported elsewhere.
  }
}

/** SQLite gives the files beside it (-wal, -shm) the same mode. An existing folder stays as it is. */
function createPrivateFile(dataDir: string, file: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
}

async function configure(connection: SqliteConnection): Promise<void> {
  // Switching to WAL answers "busy" at once when another process is doing the same.
  await retryWhileBusy(async () => connection.prepare('pragma journal_mode = wal').all([]))
  connection.exec('pragma synchronous = full')
  connection.exec('pragma foreign_keys = on')
  // What a large write changes stays in memory until it commits, on the other thread.
  connection.exec('pragma cache_spill = off')
}

async function migrateUnderLock(
  kysely: Kysely<unknown>,
  connection: SqliteConnection,
  appMigrations: Migrations | undefined,
): Promise<void> {
  // The write lock is taken first, so that of several processes one migrates and the others wait.
  await retryWhileBusy(async () => connection.exec('begin immediate'))
  try {
    await migrate({ kysely, engine: 'sqlite', runAlone: (work) => work(kysely), appMigrations })
    connection.exec('commit')
  } catch (error) {
    if (connection.inTransaction) connection.exec('rollback')
    throw error
  }
}

const busyAttempts = 20

async function retryWhileBusy(run: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await run()
      return
    } catch (error) {
      if (attempt === busyAttempts || !codeOf(error).startsWith('SQLITE_BUSY')) throw error
      await sleep(10 * attempt)
    }
  }
}

/** @returns StartError; any other error unchanged */
export function explainSqliteError(error: unknown, dataDir: string): unknown {
  const file = join(dataDir, sqliteFileName)
  if (error instanceof StartError) return error
  const code = codeOf(error)
  const explain = (sentence: string) => new StartError(sentence, { cause: error })

  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) {
    return explain(
      `The database file ${file} is damaged and was left as it is: put a backup in its place, ` +
        'or move it away to begin with an empty one.',
    )
  }
  if (/^SQLITE_BUSY/.test(code)) {
    return explain(
      `The database file ${file} is locked by another program: end that program and start again.`,
    )
  }
  if (/^(SQLITE_FULL|ENOSPC|EDQUOT)/.test(code)) {
    return explain(`The disk that holds ${dataDir} is full: make room and start again.`)
  }
  if (unwritableCodes.test(code) || /ConnectionFailed/.test(String(error))) {
    return explain(
      `The data folder ${dataDir} cannot be written (${code || 'no access'}): give this user the ` +
        'right to write there, or name another folder in DATA_DIR.',
    )
  }
  return error
}

const unwritableCodes =
  /^(SQLITE_(READONLY|CANTOPEN|IOERR|PERM)|E(ACCES|PERM|ROFS|NOTDIR|ISDIR|NOENT|EXIST|IO)$)/

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}
