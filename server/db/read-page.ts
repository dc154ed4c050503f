// Lists that are read newest first, a page at a time. A cursor says where the page before ended:
// unlike an offset, it stays right when rows are added or deleted meanwhile.

import { type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import { AppError } from '../contract/app-error.ts'
import { cursorPattern, type PageRequest } from '../contract/paging.ts'

export interface Page<Row> {
  rows: Row[]
  /** null on the last page. */
  next_cursor: string | null
}

/** What a row is sorted by, under whatever name its table has it. */
interface PageKey {
  created_at_ms: number
  id: string
}

/**
 * @param columns the two that `created_at_ms` and `id` of a row were selected from
 * @throws AppError invalid_input where the cursor is not one of ours
 */
export async function readPage<Tables, From extends keyof Tables, Row extends PageKey>(
  query: SelectQueryBuilder<Tables, From, Row>,
  columns: readonly [createdAt: string, id: string],
  { limit, cursor }: PageRequest,
): Promise<Page<Row>> {
  const [createdAt, id] = columns.map((column) => sql.ref(column))
  const isAfter = (end: PageKey) =>
    sql<SqlBool>`(${createdAt}, ${id}) < (${end.created_at_ms}, ${end.id})`
  const rest = cursor === undefined ? query : query.where(isAfter(readCursor(cursor)))
  const rows = await rest
    .orderBy(sql`${createdAt} desc, ${id} desc`)
    // One more than asked for shows whether there is a next page.
    .limit(limit + 1)
    .execute()
  const page = rows.slice(0, limit) as Row[]
  const last = page.at(-1)
  const hasMore = rows.length > limit && last !== undefined
  return { rows: page, next_cursor: hasMore ? `${last.created_at_ms}.${last.id}` : null }
}

const cursorSyntax = new RegExp(cursorPattern)

function readCursor(cursor: string): PageKey {
  const [, digits, id] = cursorSyntax.exec(cursor) ?? []
  if (digits === undefined || id === undefined) throw refuseCursor()
  return { created_at_ms: Number(digits), id }
}

export function refuseCursor(): AppError {
  const message = 'must be the next_cursor of the page before'
  return new AppError('invalid_input', `cursor ${message}`, {
    fields: [{ path: 'cursor', message }],
  })
}
