// SQLite's order: it has one writer at a time, so its numbers rise as it commits.

import type { Kysely } from 'kysely'
import { type RevocationReader, readPages } from '../revocation-reader.ts'
import type { Tables } from '../tables.ts'

export function createSqliteRevocationReader(kysely: Kysely<Tables>): RevocationReader {
  let readUpTo = 0
  return {
    read: (onPage) =>
      readPages(kysely, { from: readUpTo + 1 }, (rows) => {
        onPage(rows)
        readUpTo = rows.at(-1)?.change_number ?? readUpTo
      }),
  }
}
