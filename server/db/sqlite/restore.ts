// Puts a backup in the place of the SQLite database: no process has it open, and nothing is lost.

import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
} from 'node:fs'
import { join } from 'node:path'
import Libsql from 'libsql'
import { AppError } from '../../contract/app-error.ts'
import { productName } from '../../contract/brand.ts'
import { sqliteFileName } from './sqlite.ts'

export interface LockedDatabase {
  /**
   * Puts the file in the database's place, at once and for good.
   * @returns where the old database is now; null where there was none
   */
  replaceBy(file: string): string | null
  release(): void
}

/**
 * Keeps all other processes out, until it is replaced or released.
 * @throws AppError conflict where a process has it open
 */
export function lockSqlite(dataDir: string): LockedDatabase {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const current = join(dataDir, sqliteFileName)
  const lock = existsSync(current) ? takeLock(current) : undefined
  return {
    replaceBy(file) {
      const kept = existsSync(current) ? keepBeside(dataDir, current) : null
      renameSync(file, current)
      syncFolder(dataDir)
      return kept
    },
    release: () => lock && letGo(lock),
  }
}

/**
 * Copies a backup, and checks that it is one.
 * @throws AppError invalid_input where it cannot be read, is damaged, or is not Keycard's
 */
export function copyBackup(file: string, copy: string): void {
  try {
    copyFileSync(file, copy)
    // A copy from a server that was killed has its last changes in a file beside it.
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('invalid_input', `The backup cannot be copied: ${why}`, { cause })
  }
  checkBackup(file, copy)
}

/** @throws AppError invalid_input where the file is the database itself */
export function refuseDatabaseItself(file: string, dataDir: string): void {
  const current = join(dataDir, sqliteFileName)
  if (!existsSync(file) || !existsSync(current)) return
  if (realpathSync(file) !== realpathSync(current)) return
  throw new AppError('invalid_input', `${file} is the database itself: name a backup of it.`)
}

function checkBackup(file: string, copy: string): void {
  const connection = new Libsql(copy)
  try {
    const [finding] = connection.prepare('pragma integrity_check(1)').all() as {
      integrity_check: string
    }[]
    if (finding?.integrity_check !== 'ok') {
      throw new AppError('invalid_input', `${file} is damaged: ${finding?.integrity_check}.`)
    }
    const tables = connection
      .prepare("select name from sqlite_master where name in ('kysely_migration', 'users')")
      .all()
    if (tables.length < 2)
      throw new AppError('invalid_input', `${file} is no database of ${productName}.`)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const isOther = codeOf(cause) === 'SQLITE_NOTADB'
    const what = isOther ? 'is no SQLite database' : `is damaged (${codeOf(cause)})`
    throw new AppError('invalid_input', `${file} ${what}.`, { cause })
  } finally {
    connection.close()
  }
}

/**
 * Leaving WAL needs exclusive use of the database, which any process that has it open in WAL
 * prevents, even an idle one. It also moves everything in the -wal file into the one that is kept.
 */
function takeLock(current: string): Libsql.Database | undefined {
  const connection = new Libsql(current, { timeout: 1_000 })
  try {
    connection.prepare('pragma journal_mode = delete').all()
    connection.exec('pragma locking_mode = exclusive')
    connection.exec('begin exclusive')
    return connection
  } catch (cause) {
    connection.close()
    // A damaged database is the reason to restore: whether it is in use cannot be known.
    if (/^SQLITE_(NOTADB|CORRUPT)/.test(codeOf(cause))) return undefined
    if (!/^SQLITE_(BUSY|LOCKED)/.test(codeOf(cause))) throw cause
    throw new AppError(
      'conflict',
      `A server of ${productName}, or another program, has the database open: stop it first. Nothing was changed.`,
      { cause },
    )
  }
}

/**
 * Closing alone is not enough: libsql keeps the file open until prepared statements are collected.
 */
function letGo(connection: Libsql.Database): void {
  connection.exec('rollback')
  connection.exec('pragma locking_mode = normal')
  // The lock ends with the end of the next read.
  connection.exec('select count(*) from sqlite_master')
  connection.close()
}

/** Under a second name first, so that there is a database at every moment. */
function keepBeside(dataDir: string, current: string): string {
  const time = new Date().toISOString().replaceAll(/[-:.]/g, '')
  const kept = join(dataDir, `keycard-before-restore-${time}.db`)
  linkSync(current, kept)
  // Only a damaged one still has these; the new one must not find them.
  for (const suffix of ['-wal', '-shm']) {
    if (existsSync(current + suffix)) renameSync(current + suffix, kept + suffix)
  }
  return kept
}

/** So that the new name survives a power cut. Windows opens no folders. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
