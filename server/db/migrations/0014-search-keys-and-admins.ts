// Finds the few among a million: search keys without a line feed, as they were until here, and admins.

import { sql } from 'kysely'
import type { Migration } from './migration.ts'

export const searchKeysAndAdmins: Migration = {
  async up({ schema }, engine) {
    const place = sql.raw(engine === 'postgres' ? 'strpos' : 'instr')
    await schema
      .createIndex('user_search_keys_old')
      .on('user_search_keys')
      .column('user_id')
      .where(sql<boolean>`${place}(key, ${sql.lit('\n')}) = 0`)
      .execute()
    await schema
      .createIndex('users_active_admins')
      .on('users')
      .column('id')
      .where(sql<boolean>`role = 'admin' and disabled = 0`)
      .execute()
  },
}
