// A dialect whose connections run single statements only, and report a lost database in our own words.

import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely'
import { mapUnavailable } from './errors.ts'

/**
 * An interactive transaction holds a connection while JavaScript awaits, and on SQLite that one
 * connection is shared: anything else that runs meanwhile would land inside. So it cannot be begun.
 */
export function guardDialect(dialect: Dialect): Dialect {
  return {
    createDriver(): Driver {
      const driver = dialect.createDriver()
      const acquireConnection = driver.acquireConnection.bind(driver)
      driver.acquireConnection = () => mapUnavailable(async () => guard(await acquireConnection()))
      driver.beginTransaction = async () => {
        throw new Error('transactions are not begun here: write one statement, or runAtomically')
      }
      return driver
    },
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (kysely) => dialect.createIntrospector(kysely),
  }
}

/** In place, because the driver recognises its connections by identity when they are released. */
function guard(connection: DatabaseConnection): DatabaseConnection {
  if (Object.hasOwn(connection, 'executeQuery')) return connection
  const executeQuery = connection.executeQuery.bind(connection)
  connection.executeQuery = <Row>(query: CompiledQuery) =>
    mapUnavailable<QueryResult<Row>>(() => executeQuery(query))
  return connection
}
