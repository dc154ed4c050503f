// The version of an item, by which a change from an old copy of it is refused.

import type { Migration } from './migration.ts'

export const itemVersions: Migration = {
  async up({ schema }) {
    await schema
      .alterTable('items')
      .addColumn('version', 'integer', (column) => column.notNull().defaultTo(1))
      .execute()
  },
}
