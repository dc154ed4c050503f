// The one SQLite connection: libsql, with nothing bound that has not been looked at.

import type { Compilable } from 'kysely'
import Libsql from 'libsql'
import { LRUCache } from 'lru-cache'
import { checkParameters } from './parameters.ts'
import { checkRequired } from './required-write.ts'

/** What Kysely's SQLite dialect asks of a connection, and the few things that this folder adds. */
export interface SqliteConnection {
  prepare(sql: string): SqliteStatement
  /** Runs writes one after the other without awaiting anything, so that nothing gets in between. */
  runAll(writes: readonly Compilable[]): bigint[]
  /** For statements without parameters. */
  exec(sql: string): void
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

/** How long a statement waits, in milliseconds, while another process writes; the loop waits too. */
const busyTimeoutMs = 5_000

export function connectSqlite(file: string): SqliteConnection {
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

  function run(write: Compilable): bigint {
    const { sql, parameters } = write.compile()
    const statement = prepare(sql)
    const changedRows = BigInt(
      statement.reader ? statement.all(parameters).length : statement.run(parameters).changes,
    )
    checkRequired(write, changedRows)
    return changedRows
  }

  return {
    prepare,
    exec: (sql) => void libsql.exec(sql),
    get inTransaction() {
      // Asked of a closed connection, libsql ends the whole process.
      return libsql.open && libsql.inTransaction
    },
    runAll: (writes) => writes.map(run),
    close() {
      if (!libsql.open) return
      try {
        // So that the one file holds everything, for whoever copies it while the server is down.
        libsql.pragma('wal_checkpoint(truncate)')
      } catch {
        // The next start reads what is left in the -wal file; a damaged file is told of elsewhere.
      }
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
