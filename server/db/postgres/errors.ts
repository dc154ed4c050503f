// What PostgreSQL's answers mean for the connection that they came on.

import pg from 'pg'
import { RequiredWriteError } from '../writes/required-write.ts'

/** The server answers, and accepts no writes: a standby, or a primary that was made read-only. */
export class ReadOnlyDatabaseError extends Error {
  /** SQLSTATE read_only_sql_transaction, as where it refuses a write itself. */
  readonly code = '25006'

  constructor() {
    super('The database takes no writes')
    this.name = 'ReadOnlyDatabaseError'
  }
}

/**
 * A commit that happened, and that no standby has: it may be lost, and does not count as a success.
 */
export class UnreplicatedCommitError extends Error {
  /** SQLSTATE statement_completion_unknown. */
  readonly code = '40003'

  constructor() {
    super('The wait for a synchronous standby was ended')
    this.name = 'UnreplicatedCommitError'
  }
}

/**
 * True where the connection is as good as before. It is not where the server hangs up (classes 08
 * and 57P), where it accepts no writes, or where the transaction is not the one we assume (class
 * 25).
 */
export function leavesConnectionWell(error: unknown): boolean {
  if (error instanceof RequiredWriteError || error instanceof UnreplicatedCommitError) return true
  return error instanceof pg.DatabaseError && !/^(08|25|57P)/.test(error.code ?? '')
}
