// Kysely on SQLite: reads are answered at once, on a connection of their own, writes go through the
// group commit.

import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SelectQueryNode,
  SqliteDialect,
} from 'kysely'
import type { SqliteConnection } from './connection.ts'
import type { GroupCommit } from './group-commit.ts'

export interface SqliteConnections {
  reads: SqliteConnection
  writes: SqliteConnection
  /** That of `writes`. */
  commits: GroupCommit
}

/** Kysely's own driver runs one statement at a time, so that none could share a commit. */
export function createGroupedDialect(connections: SqliteConnections): Dialect {
  const dialect = new SqliteDialect({ database: connections.reads })
  return {
    createDriver: () => createDriver(new SharedConnection(connections)),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (kysely) => dialect.createIntrospector(kysely),
  }
}

function createDriver(connection: DatabaseConnection): Driver {
  const nothing = async () => {}
  const noTransaction = async () => {
    throw new Error('the connection is shared: write one statement, or runAtomically')
  }
  return {
    init: nothing,
    acquireConnection: async () => connection,
    beginTransaction: noTransaction,
    commitTransaction: noTransaction,
    rollbackTransaction: noTransaction,
    releaseConnection: nothing,
    // The code that opened the connection closes it.
    destroy: nothing,
  }
}

class SharedConnection implements DatabaseConnection {
  readonly #connections: SqliteConnections

  constructor(connections: SqliteConnections) {
    this.#connections = connections
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { reads, writes, commits } = this.#connections
    if (SelectQueryNode.is(query.query)) return execute(reads, query)
    const run = () => execute<Row>(writes, query)
    return isPragma(query) ? commits.runAlone(run) : commits.run(run)
  }

  streamQuery(): never {
    throw new Error('a read that is streamed would hold the connection: read page by page')
  }
}

const isPragma = ({ sql }: CompiledQuery) => /^\s*pragma\b/i.test(sql)

function execute<Row>(
  connection: SqliteConnection,
  { sql, parameters }: CompiledQuery,
): QueryResult<Row> {
  const statement = connection.prepare(sql)
  if (statement.reader) return { rows: statement.all(parameters) as Row[] }
  const { changes, lastInsertRowid } = statement.run(parameters)
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
}
