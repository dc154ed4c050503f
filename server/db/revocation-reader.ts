// Reads revocations in the order in which the database commits them: no clock decides what is new.

import type { Expression, Kysely, Selectable, SqlBool } from 'kysely'
import type { RevocationsTable, Tables } from './tables.ts'

export type RevocationRow = Selectable<RevocationsTable>

export interface RevocationReader {
  /**
   * Hands on, a page at a time, what has committed since the last call. The first call reads
   * everything; so does a call after one that failed, and after a possible change of database.
   */
  read(onPage: (rows: readonly RevocationRow[]) => void): Promise<void>
}

/** However many there are, no more than a few MiB are in memory at a time. */
const pageSize = 5_000

interface NewRows {
  /** The lowest `change_number` among them. */
  from: number
  /** Absent: all from there on. */
  where?: Expression<SqlBool>
}

export async function readPages(
  kysely: Kysely<Tables>,
  { from, where }: NewRows,
  onPage: (rows: readonly RevocationRow[]) => void,
): Promise<void> {
  let cursor = { number: from, id: '' }
  for (;;) {
    let page = kysely
      .selectFrom('revocations')
      .selectAll()
      .where(({ eb, refTuple, tuple }) =>
        eb(refTuple('change_number', 'id'), '>', tuple(cursor.number, cursor.id)),
      )
      .orderBy('change_number')
      .orderBy('id')
      .limit(pageSize)
    if (where) page = page.where(where)
    const rows = await page.execute()
    onPage(rows)
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageSize) return
    cursor = { number: last.change_number, id: last.id }
  }
}
