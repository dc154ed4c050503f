// The OAuth clients beside the two built-in ones.

import { identifiedBy, textType } from './columns.ts'
import type { Migration } from './migration.ts'

export const clients: Migration = {
  async up({ schema }, engine) {
    const text = textType(engine)
    await schema
      .createTable('oauth_clients')
      .addColumn('client_id', text, (column) => column.notNull())
      .addColumn('registration_id', text, (column) => column.notNull())
      .addColumn('name', text, (column) => column.notNull())
      .addColumn('secret_hash', text)
      .addColumn('grants', text, (column) => column.notNull())
      .addColumn('scope', text, (column) => column.notNull())
      .addColumn('first_party', 'integer', (column) => column.notNull())
      .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
      .$call((table) => identifiedBy(table, 'oauth_clients', 'client_id'))
      .execute()
  },
}
