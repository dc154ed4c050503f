// Devices that a user has signed in on, and the audit log.

import { identifiedBy, textType } from './columns.ts'
import type { Migration } from './migration.ts'

export const devicesAndAudit: Migration = {
  async up({ schema }, engine) {
    const text = textType(engine)
    const sessions = schema.alterTable('sessions')
    // One column a statement: SQLite takes no more.
    await sessions.addColumn('kept', 'integer', (column) => column.notNull().defaultTo(0)).execute()
    await sessions.addColumn('device_id', text).execute()
    await sessions
      .addColumn('is_new_device', 'integer', (column) => column.notNull().defaultTo(0))
      .execute()

    await sessions.addColumn('notices_seen_at_ms', 'bigint').execute()

    await schema
      .createTable('known_devices')
      .addColumn('user_id', text, (column) =>
        column.notNull().references('users.id').onDelete('cascade'),
      )
      .addColumn('device_id', text, (column) => column.notNull())
      .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('last_used_at_ms', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('known_devices_user_id_device_id_key', ['user_id', 'device_id'])
      .execute()
    await schema
      .createIndex('known_devices_last_used_at_ms')
      .on('known_devices')
      .column('last_used_at_ms')
      .execute()

    await schema
      .createTable('audit_events')
      .addColumn('id', text, (column) => column.notNull())
      .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('event', text, (column) => column.notNull())
      .addColumn('user_id', text)
      .addColumn('actor_id', text)
      .addColumn('session_id', text)
      .addColumn('client_id', text)
      .addColumn('why', text)
      .addColumn('what', text)
      .addColumn('address', text)
      .addColumn('user_agent', text)
      .$call((table) => identifiedBy(table, 'audit_events', 'id'))
      .execute()
    await schema
      .createIndex('audit_events_user_id_created_at_ms_id')
      .on('audit_events')
      .columns(['user_id', 'created_at_ms', 'id'])
      .execute()
    await schema
      .createIndex('audit_events_created_at_ms')
      .on('audit_events')
      .column('created_at_ms')
      .execute()
  },
}
