// A connection to SQLite: libsql, which only gets checked values.

import type { Compilable } from 'kysely'
import Libsql from 'libsql'
import LibsqlPromise from 'libsql/promise'
import { LRUCache } from 'lru-cache'
import { checkParameters } from '../parameters.ts'
import type { WriteOutcome } from '../writes/committed-write.ts'
import { checkRequired } from '../writes/required-write.ts'

/** What Kysely's SQLite dialect needs of a connection, and the few things that this folder adds. */
export interface SqliteConnection {
  prepare(sql: string): SqliteStatement
  /** Runs writes one after the other without awaiting anything, so that nothing gets in between. */
  runAll(writes: readonly Compilable[]): WriteOutcome[]
  /** For statements without parameters. */
  exec(sql: string): void
  /**
   * The same on another thread: the main thread waits for no disk. Until it has ended, nothing else
   * may use the connection, for that would wait.
   */
  execOffThread(sql: string): Promise<void>
  readonly inTransaction: boolean
  close(): void
}

export interface SqliteStatement {
  /** True where the statement answers with rows. */
  readonly reader: boolean
  all(parameters: readonly unknown[]): unknown[]
  run(parameters: readonly unknown[]): { changes: number; lastInsertRowid: number | bigint }
  iterate(parameters: readonly unknown[]): IterableIterator<unknown>
}

/**
 * libsql's two packages are the same connection, and run its statements here or on threads of their
 * own.
 */
const execOffThread: (this: Libsql.Database, sql: string) => Promise<void> =
  LibsqlPromise.prototype.exec

/** @param busyTimeoutMs how long a statement, and everything else here, waits for another process */
export function connectSqlite(file: string, busyTimeoutMs: number): SqliteConnection {
  const libsql = new Libsql(file, { timeout: busyTimeoutMs })
  // Compiling a statement takes longer than running it, and they are always the same few.
  const statements = new LRUCache<string, SqliteStatement>({ max: 200 })

  function prepare(sql: string): SqliteStatement {
    const known = statements.get(sql)
    if (known) return known
    const statement = guardStatement(libsql.prepare(sql))
    statements.set(sql, statement)
    return statement
  }

  function run(write: Compilable): WriteOutcome {
    const { sql, parameters } = write.compile()
    const statement = prepare(sql)
    const rows = statement.reader ? statement.all(parameters) : []
    const changedRows = BigInt(statement.reader ? rows.length : statement.run(parameters).changes)
    checkRequired(write, changedRows)
    return { changedRows, rows }
  }

  return {
    prepare,
    exec: (sql) => void libsql.exec(sql),
    async execOffThread(sql) {
      if (!libsql.open) throw new TypeError('The database connection is not open')
      await execOffThread.call(libsql, sql)
    },
    get inTransaction() {
      // Called on a closed connection, libsql ends the whole process.
      return libsql.open && libsql.inTransaction
    },
    runAll: (writes) => writes.map(run),
    close() {
      if (!libsql.open) return
      statements.clear()
      libsql.close()
    },
  }
}

function guardStatement(statement: Libsql.Statement): SqliteStatement {
  return {
    reader: statement.reader,
    all(parameters) {
      checkParameters(parameters)
      return statement.all(parameters)
    },
    run(parameters) {
      checkParameters(parameters)
      return statement.run(parameters)
    },
    iterate(parameters) {
      checkParameters(parameters)
      return statement.iterate(parameters)
    },
  }
}
