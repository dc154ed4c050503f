// The indexes behind the list of users, and what its search reads.

import { textType } from './columns.ts'
import type { Migration } from './migration.ts'

export const userDirectory: Migration = {
  async up({ schema }, engine) {
    const text = textType(engine)
    await schema
      .alterTable('users')
      .addColumn('last_seen_at_ms', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute()
    // Each order that the list can have; the name makes it the same at every read.
    for (const column of ['role', 'created_at_ms', 'last_seen_at_ms']) {
      await schema
        .createIndex(`users_${column}_username_key`)
        .on('users')
        .columns([column, 'username_key'])
        .execute()
    }

    await schema
      .createTable('user_search_keys')
      .addColumn('key', text, (column) => column.notNull())
      .addColumn('user_id', text, (column) =>
        column.notNull().references('users.id').onDelete('cascade'),
      )
      .addPrimaryKeyConstraint('user_search_keys_key_user_id_key', ['key', 'user_id'])
      .execute()
    await schema
      .createIndex('user_search_keys_user_id')
      .on('user_search_keys')
      .column('user_id')
      .execute()
  },
}
