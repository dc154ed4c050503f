// Adds what a database lacks that ran its migrations before they had checksums.

import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'
import type { Migration } from './migration.ts'

export const oldDatabases: Migration = {
  // 0003 had neither at first.
  async up(kysely, engine) {
    if (!(await hasColumn(kysely, 'sessions', 'notices_seen_at_ms', engine))) {
      await sql`alter table sessions add column notices_seen_at_ms bigint`.execute(kysely)
    }
    await sql`create index if not exists known_devices_last_used_at_ms
      on known_devices (last_used_at_ms)`.execute(kysely)
  },
  // Sessions that are older than 0007, of clients whose removal removes their sessions.
  async fill(kysely) {
    const { numAffectedRows } = await sql`update sessions set registration_id =
        (select registration_id from oauth_clients where client_id = sessions.client_id)
      where id in (select id from sessions
        where registration_id is null and revoked_at_ms is null
          and client_id in (select client_id from oauth_clients)
        limit 5000)`.execute(kysely)
    return Number(numAffectedRows ?? 0)
  },
}

async function hasColumn(
  kysely: Kysely<unknown>,
  table: string,
  column: string,
  engine: Engine,
): Promise<boolean> {
  const { rows } = await (engine === 'postgres'
    ? sql`select 1 from pg_attribute
        where attrelid = to_regclass(${table}) and attname = ${column} and not attisdropped`
    : sql`select 1 from pragma_table_info(${table}) where name = ${column}`
  ).execute(kysely)
  return rows.length > 0
}
