// Mail: the outbox, and the links that its messages carry.

import { identifiedBy, textType } from './columns.ts'
import type { Migration } from './migration.ts'

export const mail: Migration = {
  async up({ schema }, engine) {
    const text = textType(engine)
    await schema
      .createTable('outbox')
      .addColumn('id', text, (column) => column.notNull())
      .addColumn('kind', text, (column) => column.notNull())
      .addColumn('user_id', text)
      .addColumn('sealed', text)
      .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('due_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('claim', text)
      .addColumn('failed_at_ms', 'bigint')
      .addColumn('failure', text)
      .$call((table) => identifiedBy(table, 'outbox', 'id'))
      .execute()
    for (const column of ['due_at_ms', 'expires_at_ms', 'user_id'] as const) {
      await schema.createIndex(`outbox_${column}`).on('outbox').column(column).execute()
    }

    await schema
      .createTable('mail_links')
      .addColumn('hash', text, (column) => column.notNull())
      .addColumn('purpose', text, (column) => column.notNull())
      .addColumn('user_id', text, (column) =>
        column.notNull().references('users.id').onDelete('cascade'),
      )
      .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
      .$call((table) => identifiedBy(table, 'mail_links', 'hash'))
      .execute()
    await schema
      .createIndex('mail_links_user_id_purpose')
      .on('mail_links')
      .columns(['user_id', 'purpose'])
      .execute()
    await schema
      .createIndex('mail_links_expires_at_ms')
      .on('mail_links')
      .column('expires_at_ms')
      .execute()
  },
}
