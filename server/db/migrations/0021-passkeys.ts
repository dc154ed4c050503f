// Passkeys of users, and the challenges that were used.

import { identifiedBy, textType } from './columns.ts'
import type { Migration } from './migration.ts'

export const passkeys: Migration = {
  async up({ schema }, engine) {
    const text = textType(engine)
    await schema
      .createTable('passkeys')
      .addColumn('id', text, (column) => column.notNull())
      .addColumn('user_id', text, (column) =>
        column.notNull().references('users.id').onDelete('cascade'),
      )
      .addColumn('name', text, (column) => column.notNull())
      .addColumn('public_key', text, (column) => column.notNull())
      .addColumn('counter', 'bigint', (column) => column.notNull())
      .addColumn('transports', text, (column) => column.notNull())
      .addColumn('aaguid', text, (column) => column.notNull())
      .addColumn('backup_eligible', 'integer', (column) => column.notNull())
      .addColumn('backup_state', 'integer', (column) => column.notNull())
      .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('last_used_at_ms', 'bigint')
      .$call((table) => identifiedBy(table, 'passkeys', 'id'))
      .execute()
    await schema
      .createIndex('passkeys_user_id_created_at_ms_id')
      .on('passkeys')
      .columns(['user_id', 'created_at_ms', 'id'])
      .execute()

    await schema
      .createTable('used_challenges')
      .addColumn('id', text, (column) => column.notNull())
      .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
      .$call((table) => identifiedBy(table, 'used_challenges', 'id'))
      .execute()
    await schema
      .createIndex('used_challenges_expires_at_ms')
      .on('used_challenges')
      .column('expires_at_ms')
      .execute()
  },
}
