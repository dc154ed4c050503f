// Opens the database by its URL.

import { AppError } from '../contract/app-error.ts'
import { StartError } from '../settings/start-error.ts'
import type { Database } from './database.ts'
import type { Migrations } from './migrations/migration.ts'

export interface DatabaseOptions {
  /** `postgres://…`; SQLite in `dataDir` where there is none. */
  url?: string | undefined
  /** The folder that holds `keycard.db`; made where it is missing, readable by its owner only. */
  dataDir: string
  /** Replaced by tests; by default those of `migrations/app/`. */
  appMigrations?: Migrations | undefined
  /** How many times longer than usual PostgreSQL may take to answer; for tests on busy machines. */
  patience?: number | undefined
}

/**
 * Opens the database and brings its tables up to date.
 * @throws StartError when it cannot be opened
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, dataDir, appMigrations, patience } = options
  // Loaded on demand: the other engine's driver would cost every start time and memory.
  if (!url) return (await import('./sqlite/sqlite.ts')).openSqlite(dataDir, appMigrations)
  if (/^postgres(ql)?:\/\//i.test(url))
    return (await import('./postgres/postgres.ts')).openPostgres(url, { appMigrations, patience })
  // Does not repeat what was written: a mistyped URL may still hold a password.
  throw new StartError(
    'DATABASE_URL must begin with postgres://; leave it out to keep the data in an SQLite file.',
  )
}

/**
 * What the database said between its opening and the first request, as a sentence for an operator.
 * @returns StartError; any other error unchanged
 */
export async function explainDatabaseError(
  error: unknown,
  { url, dataDir }: DatabaseOptions,
): Promise<unknown> {
  const isDown = error instanceof AppError && error.reason === 'unavailable'
  if (!url) {
    return isDown
      ? (await import('./sqlite/sqlite.ts')).explainSqliteError(error.cause, dataDir)
      : error
  }
  // A refusal by PostgreSQL itself names the function that refused.
  const isRefused = error instanceof Error && 'routine' in error
  if (!isDown && !isRefused) return error
  return (await import('./postgres/start-error.ts')).explainPostgresError(error, url)
}
