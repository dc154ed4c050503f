// How SQLite carries out the queries of a test: by an index, or by a scan.

import { createQueryId, type RootOperationNode } from 'kysely'
import type { Database } from '../db/database.ts'

/** The same database, and the plan of every query that it was asked. */
export function explainQueries(database: Database) {
  const nodes: RootOperationNode[] = []
  const kysely = database.kysely.withPlugin({
    transformQuery({ node }) {
      if (node.kind === 'SelectQueryNode') nodes.push(node)
      return node
    },
    transformResult: async ({ result }) => result,
  })
  async function readPlans(): Promise<string[]> {
    const plans: string[] = []
    for (const node of nodes.splice(0)) {
      const query = database.kysely.getExecutor().compileQuery(node, createQueryId())
      const explained = { ...query, sql: `explain query plan ${query.sql}` }
      const { rows } = await database.kysely.executeQuery<{ detail: string }>(explained)
      plans.push(rows.map(({ detail }) => detail).join('; '))
    }
    return plans
  }
  return { database: { ...database, kysely }, readPlans }
}
