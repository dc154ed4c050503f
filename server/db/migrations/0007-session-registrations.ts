// An operator's act on a million rows is done in batches, which walk along an index.

import { sql } from 'kysely'
import { identifiedBy, textType } from './columns.ts'
import type { Migration } from './migration.ts'

export const sessionRegistrations: Migration = {
  async up(kysely, engine) {
    const text = textType(engine)
    const { schema } = kysely
    await schema.alterTable('sessions').addColumn('registration_id', text).execute()
    await schema
      .createIndex('sessions_registration_id_id')
      .on('sessions')
      .columns(['registration_id', 'id'])
      .where(sql<boolean>`registration_id is not null and revoked_at_ms is null`)
      .execute()

    await schema.alterTable('users').addColumn('deleted_at_ms', 'bigint').execute()
    await schema
      .createIndex('users_deleted_at_ms')
      .on('users')
      .column('deleted_at_ms')
      .where(sql<boolean>`deleted_at_ms is not null`)
      .execute()

    await schema
      .createTable('user_imports')
      .addColumn('digest', text, (column) => column.notNull())
      .addColumn('accounts_done', 'integer', (column) => column.notNull())
      .$call((table) => identifiedBy(table, 'user_imports', 'digest'))
      .execute()
  },
}
