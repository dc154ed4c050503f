// Places that a user has signed in from, and sign-ins that are in progress.

import { textType } from './columns.ts'
import type { Migration } from './migration.ts'

export const knownPlaces: Migration = {
  async up({ schema }, engine) {
    const text = textType(engine)
    const counters = schema.alterTable('throttle_counters')
    await counters
      .addColumn('pending', 'integer', (column) => column.notNull().defaultTo(0))
      .execute()
    await counters
      .addColumn('pending_until_ms', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute()

    await schema
      .createTable('known_places')
      .addColumn('user_id', text, (column) =>
        column.notNull().references('users.id').onDelete('cascade'),
      )
      .addColumn('place', text, (column) => column.notNull())
      .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('last_used_at_ms', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('known_places_user_id_place_key', ['user_id', 'place'])
      .execute()
    await schema
      .createIndex('known_places_last_used_at_ms')
      .on('known_places')
      .column('last_used_at_ms')
      .execute()
  },
}
