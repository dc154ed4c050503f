// Addresses are found by their domain in Unicode too: keys without a line feed are written anew.

import { sql } from 'kysely'
import type { Migration } from './migration.ts'

export const searchKeysInUnicode: Migration = {
  async up(kysely, engine) {
    const isPostgres = engine === 'postgres'
    const place = sql.raw(isPostgres ? 'strpos(key, chr(10))' : 'instr(key, char(10))')
    await sql`update user_search_keys set key = substr(key, 1, ${place} - 1)
      where user_id in (select id from users where email_key like '%xn--%')
        and ${place} > 0`.execute(kysely)
  },
}
