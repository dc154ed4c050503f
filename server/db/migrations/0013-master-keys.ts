// Which master keys are in use, and since when.

import { identifiedBy, textType } from './columns.ts'
import type { Migration } from './migration.ts'

export const masterKeys: Migration = {
  async up({ schema }, engine) {
    const text = textType(engine)
    await schema
      .createIndex('users_password_key_id')
      .on('users')
      .column('password_key_id')
      .execute()
    await schema
      .createTable('master_keys')
      .addColumn('key_id', text, (column) => column.notNull())
      .addColumn('newest_from_ms', 'bigint', (column) => column.notNull())
      .addColumn('newest_up_to_ms', 'bigint')
      .$call((table) => identifiedBy(table, 'master_keys', 'key_id'))
      .execute()
  },
}
