// Kysely on our one SQLite connection: reads are answered at once, writes go through the group commit.

import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SelectQueryNode,
  SqliteDialect,
} from 'kysely'
import type { GroupCommit } from './group-commit.ts'
import type { SqliteConnection } from './sqlite-connection.ts'

/** Kysely's own driver lets one statement in at a time, so that none could share a commit. */
export function createGroupedDialect(connection: SqliteConnection, commits: GroupCommit): Dialect {
  const dialect = new SqliteDialect({ database: connection })
  return {
    createDriver: () => createDriver(new SharedConnection(connection, commits)),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (kysely) => dialect.createIntrospector(kysely),
  }
}

function createDriver(connection: DatabaseConnection): Driver {
  const nothing = async () => {}
  const noTransaction = async () => {
    throw new Error('the one connection is shared: write one statement, or runAtomically')
  }
  return {
    init: nothing,
    acquireConnection: async () => connection,
    beginTransaction: noTransaction,
    commitTransaction: noTransaction,
    rollbackTransaction: noTransaction,
    releaseConnection: nothing,
    // Whoever opened the connection closes it.
    destroy: nothing,
  }
}

class SharedConnection implements DatabaseConnection {
  readonly #connection: SqliteConnection
  readonly #commits: GroupCommit

  constructor(connection: SqliteConnection, commits: GroupCommit) {
    this.#connection = connection
    this.#commits = commits
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const run = () => execute<Row>(this.#connection, query)
    return isAlone(query) ? run() : this.#commits.run(run)
  }

  streamQuery(): never {
    throw new Error('a read that is streamed would hold the one connection: read page by page')
  }
}

/** A pragma does nothing inside a transaction. */
function isAlone({ query, sql }: CompiledQuery): boolean {
  return SelectQueryNode.is(query) || /^\s*pragma\b/i.test(sql)
}

function execute<Row>(
  connection: SqliteConnection,
  { sql, parameters }: CompiledQuery,
): QueryResult<Row> {
  const statement = connection.prepare(sql)
  if (statement.reader) return { rows: statement.all(parameters) as Row[] }
  const { changes, lastInsertRowid } = statement.run(parameters)
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
}
