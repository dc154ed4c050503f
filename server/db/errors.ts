// What a database error means, for both engines: a taken value, or a database that is gone.

import { AppError } from '../contract/app-error.ts'
import type { FeatureTables } from './features.ts'

export type UniqueColumn =
  | 'users.id'
  | 'users.username_key'
  | 'users.email_key'
  | 'sessions.id'
  | 'revocations.id'
  | 'signing_keys.kid'
  | 'oauth_clients.client_id'
  | `${keyof FeatureTables}.${string}`

/** True where a unique column has the value already; with `column`, only where it is that one. */
export function isUniqueViolation(error: unknown, column?: UniqueColumn): boolean {
  const violated = findUniqueColumn(error)
  return violated !== null && (column === undefined || violated === column)
}

/** True where the row refers to one that does not exist, or no longer. */
export function isForeignKeyViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as ErrorWithCode
  return code === 'SQLITE_CONSTRAINT_FOREIGNKEY' || code === '23503'
}

/** True where another process writes to the SQLite file. */
export function isLocked(error: unknown): boolean {
  const code = error instanceof Error ? (error as ErrorWithCode).code : undefined
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY')
}

/** True where the database cannot answer now. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as ErrorWithCode
  if (typeof code !== 'string' || code === '') return isLostConnection(error)
  return (
    unavailableSqliteCodes.test(code) ||
    unavailableSqlStates.test(code) ||
    unavailableSystemCodes.has(code)
  )
}

/**
 * True where the database answers but accepts no writes: a standby, or one that was made read-only.
 */
export function isReadOnly(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as ErrorWithCode
  return code === '25006' || code === 'SQLITE_READONLY' || isReadOnly(error.cause)
}

/**
 * Runs it, and hides either engine's own words for "not now" from the code above.
 * @throws AppError unavailable where the database cannot answer
 */
export async function mapUnavailable<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    if (!isUnavailable(error)) throw error
    throw new AppError('unavailable', 'The database does not answer. Try again in a moment', {
      cause: error,
      retryAfterSeconds: 5,
    })
  }
}

interface ErrorWithCode extends Error {
  code?: unknown
  /** PostgreSQL only. */
  table?: unknown
  constraint?: unknown
}

function findUniqueColumn(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  const { code, message, table, constraint } = error as ErrorWithCode
  if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY') {
    return message.replace('UNIQUE constraint failed: ', '')
  }
  if (code === '23505') {
    // The migrations name each key <table>_<column>_key, as PostgreSQL itself would.
    const column = String(constraint).slice(`${table}_`.length).replace(/_key$/, '')
    return `${table}.${column}`
  }
  return null
}

const unavailableSqliteCodes =
  /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|PROTOCOL|NOMEM|CORRUPT|NOTADB)/

/**
 * PostgreSQL's classes, appendix A of its manual: 08 connection lost, 28 and 3D access denied, 53
 * out of disk, memory or connections, 57 shut down or timed out, 58 its own I/O failed; and 25006 a
 * standby that cannot write, 40001, 40P01 and 55P03 a lock that was not won, 40003 a commit that no
 * standby has.
 */
const unavailableSqlStates = /^(08...|28...|3D000|53...|57...|58...|25006|40001|40003|40P01|55P03)$/

const unavailableSystemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/** pg gives these no code: a connection that ended, a pool or query that waited too long. */
function isLostConnection(error: Error): boolean {
  return /connection (terminated|error|timeout)|connection terminated|timeout|not queryable/i.test(
    error.message,
  )
}
