// What recovering a lost reply to a refresh needs.

import { textType } from './columns.ts'
import type { Migration } from './migration.ts'

export const recoveredRefreshes: Migration = {
  async up({ schema }, engine) {
    const text = textType(engine)
    const sessions = schema.alterTable('sessions')
    await sessions.addColumn('recovered_counter', 'integer').execute()
    await sessions
      .addColumn('forgiven_count', 'integer', (column) => column.notNull().defaultTo(0))
      .execute()
    await sessions.addColumn('rotated_by', text).execute()
    await sessions.addColumn('rotated_address', text).execute()
  },
}
