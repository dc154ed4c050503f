// Counters of failed sign-ins.

import { identifiedBy, textType } from './columns.ts'
import type { Migration } from './migration.ts'

export const throttle: Migration = {
  async up({ schema }, engine) {
    const text = textType(engine)
    await schema
      .createTable('throttle_counters')
      .addColumn('key', text, (column) => column.notNull())
      .addColumn('failures', 'integer', (column) => column.notNull())
      .addColumn('closed_until_ms', 'bigint', (column) => column.notNull())
      .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
      .$call((table) => identifiedBy(table, 'throttle_counters', 'key'))
      .execute()
    await schema
      .createIndex('throttle_counters_expires_at_ms')
      .on('throttle_counters')
      .column('expires_at_ms')
      .execute()
  },
}
