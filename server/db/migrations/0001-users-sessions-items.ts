// The first tables: users, their sessions, revocations, signing keys, and the sample noun.

import { sql } from 'kysely'
import { identifiedBy, textType } from './columns.ts'
import type { Migration } from './migration.ts'

export const usersSessionsItems: Migration = {
  async up(kysely, engine) {
    const text = textType(engine)
    const { schema } = kysely

    await schema
      .createTable('users')
      .addColumn('id', text, (column) => column.notNull())
      .addColumn('username', text, (column) => column.notNull())
      .addColumn('username_key', text, (column) => column.notNull())
      .addColumn('email', text)
      .addColumn('email_key', text)
      .addColumn('full_name', text)
      .addColumn('role', text, (column) => column.notNull())
      .addColumn('disabled', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('epoch', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('password_hash', text, (column) => column.notNull())
      .addColumn('password_key_id', text)
      .addColumn('password_changed_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('is_demo', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
      .$call((table) => identifiedBy(table, 'users', 'id'))
      .addUniqueConstraint('users_username_key_key', ['username_key'])
      .addUniqueConstraint('users_email_key_key', ['email_key'])
      .execute()

    await schema
      .createTable('sessions')
      .addColumn('id', text, (column) => column.notNull())
      .addColumn('user_id', text, (column) =>
        column.notNull().references('users.id').onDelete('cascade'),
      )
      .addColumn('client_id', text, (column) => column.notNull())
      .addColumn('scope', text, (column) => column.notNull())
      .addColumn('counter', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('rotated_at_ms', 'bigint')
      .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('last_used_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('idle_ms', 'bigint', (column) => column.notNull())
      .addColumn('idle_expires_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('revoked_at_ms', 'bigint')
      .addColumn('revoked_reason', text)
      .addColumn('door', text, (column) => column.notNull())
      .addColumn('user_agent', text)
      .addColumn('address', text)
      .$call((table) => identifiedBy(table, 'sessions', 'id'))
      .execute()
    await schema.createIndex('sessions_user_id').on('sessions').column('user_id').execute()
    await schema
      .createIndex('sessions_expires_at_ms')
      .on('sessions')
      .column('expires_at_ms')
      .execute()

    await schema
      .createTable('revocations')
      .addColumn('id', text, (column) => column.notNull())
      .addColumn('kind', text, (column) => column.notNull())
      .addColumn('subject', text, (column) => column.notNull())
      .addColumn('epoch', 'integer')
      .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
      .$call((table) => identifiedBy(table, 'revocations', 'id'))
      .execute()
    await schema
      .createIndex('revocations_created_at_ms')
      .on('revocations')
      .column('created_at_ms')
      .execute()

    await schema
      .createTable('signing_keys')
      .addColumn('kid', text, (column) => column.notNull())
      .addColumn('alg', text, (column) => column.notNull())
      .addColumn('state', text, (column) => column.notNull())
      .addColumn('public_jwk', text, (column) => column.notNull())
      .addColumn('private_encrypted', text, (column) => column.notNull())
      .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('state_changed_at_ms', 'bigint', (column) => column.notNull())
      .$call((table) => identifiedBy(table, 'signing_keys', 'kid'))
      .execute()
    // Of several first starts at once, one makes the key.
    await schema
      .createIndex('signing_keys_active_alg')
      .on('signing_keys')
      .unique()
      .column('alg')
      .where(sql<boolean>`state = 'active'`)
      .execute()

    await schema
      .createTable('items')
      .addColumn('id', text, (column) => column.notNull())
      .addColumn('owner_id', text, (column) =>
        column.notNull().references('users.id').onDelete('cascade'),
      )
      .addColumn('title', text, (column) => column.notNull())
      .addColumn('description', text, (column) => column.notNull())
      .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
      .$call((table) => identifiedBy(table, 'items', 'id'))
      .execute()
    await schema
      .createIndex('items_owner_id_created_at_ms_id')
      .on('items')
      .columns(['owner_id', 'created_at_ms', 'id'])
      .execute()
  },
}
