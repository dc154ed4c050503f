// Every step that made the tables what they are, oldest first; a step that was released is final.

import type { CreateTableBuilder, Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Engine } from '../database.ts'

export interface Step {
  /** In one transaction, which keeps others from the tables that it alters: nothing that takes long. */
  up(kysely: Kysely<unknown>): Promise<void>
  /**
   * What takes long: one batch in a transaction of its own, again and again until it has changed no row.
   * A step with such a part may run more than once.
   * @returns how many rows it has changed
   */
  fill?(kysely: Kysely<unknown>): Promise<number>
  /** Where a version that does not know the step cannot go on beside it: then all nodes are stopped. */
  isBreaking?: true
}

/**
 * Names sort in the order of their steps. Keys are named `<table>_<column>_key`, which
 * errors.ts reads back. To change the tables, add a step below and the columns in tables.ts. A step
 * that a database has taken is known by its statements, and never changes.
 */
export function createMigrations(engine: Engine): Record<string, Step> {
  // Text sorts and compares by its bytes on both engines, whatever locale PostgreSQL was made with.
  const text = engine === 'postgres' ? sql`text collate "C"` : ('text' as const)

  return {
    '0001_users_sessions_items': {
      async up(kysely: Kysely<unknown>) {
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
    },

    '0002_clients': {
      async up({ schema }: Kysely<unknown>) {
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
    },

    '0003_devices_and_audit': {
      async up({ schema }: Kysely<unknown>) {
        const sessions = schema.alterTable('sessions')
        // One column a statement: SQLite takes no more.
        await sessions
          .addColumn('kept', 'integer', (column) => column.notNull().defaultTo(0))
          .execute()
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
    },

    '0004_throttle': {
      async up({ schema }: Kysely<unknown>) {
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
    },

    '0005_user_directory': {
      async up({ schema }: Kysely<unknown>) {
        await schema
          .alterTable('users')
          .addColumn('last_seen_at_ms', 'bigint', (column) => column.notNull().defaultTo(0))
          .execute()
        // Each order that the list can have; the name makes it the same at every look.
        for (const column of ['role', 'created_at_ms', 'last_seen_at_ms']) {
          await schema
            .createIndex(`users_${column}_username_key`)
            .on('users')
            .columns([column, 'username_key'])
            .execute()
        }

        await schema
          .createTable('user_search_keys')
          .addColumn('key', text, (column) => column.notNull())
          .addColumn('user_id', text, (column) =>
            column.notNull().references('users.id').onDelete('cascade'),
          )
          .addPrimaryKeyConstraint('user_search_keys_key_user_id_key', ['key', 'user_id'])
          .execute()
        await schema
          .createIndex('user_search_keys_user_id')
          .on('user_search_keys')
          .column('user_id')
          .execute()
      },
    },

    '0006_change_numbers': {
      async up(kysely: Kysely<unknown>) {
        if (engine === 'postgres') await numberByTransaction(kysely)
        else await numberInSequence(kysely)
        await kysely.schema
          .createIndex('revocations_change_number_id')
          .on('revocations')
          .columns(['change_number', 'id'])
          .execute()
      },
    },

    // What an operator does to a million rows is done in batches, which walk along an index.
    '0007_batches': {
      async up(kysely: Kysely<unknown>) {
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
    },

    '0009_known_places': {
      async up({ schema }: Kysely<unknown>) {
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
    },

    '0010_recovered_refreshes': {
      async up({ schema }: Kysely<unknown>) {
        const sessions = schema.alterTable('sessions')
        await sessions.addColumn('recovered_counter', 'integer').execute()
        await sessions
          .addColumn('forgiven_count', 'integer', (column) => column.notNull().defaultTo(0))
          .execute()
        await sessions.addColumn('rotated_by', text).execute()
        await sessions.addColumn('rotated_address', text).execute()
      },
    },

    '0011_notices_proofs_and_live_sessions': {
      async up(kysely: Kysely<unknown>) {
        const { schema } = kysely
        await schema.alterTable('audit_events').addColumn('notice', text).execute()
        // What is older than this is no news any more.
        await sql`update audit_events
          set notice = case event
            when 'profile_changed' then 'email_changed'
            when 'signed_in' then 'new_device'
            else event
          end
          where created_at_ms > ${Date.now() - noticesLastMs}
            and (event in ('password_changed', 'password_set_by_admin', 'data_exported')
              or (event = 'profile_changed' and what = 'email')
              or (event = 'signed_in' and session_id in
                (select id from sessions where is_new_device = 1)))`.execute(kysely)
        await schema
          .createIndex('audit_events_notices')
          .on('audit_events')
          .columns(['user_id', 'created_at_ms'])
          .where(sql<boolean>`notice is not null`)
          .execute()

        await schema.alterTable('sessions').addColumn('proved_at_ms', 'bigint').execute()
        // Live ones are those of a user with no revoked_at_ms and an expires_at_ms to come. No refresh
        // changes these columns, so that none has to write to an index.
        await schema
          .createIndex('sessions_user_id_revoked_at_ms_expires_at_ms')
          .on('sessions')
          .columns(['user_id', 'revoked_at_ms', 'expires_at_ms'])
          .execute()
        await schema.dropIndex('sessions_user_id').execute()
        await schema
          .createIndex('sessions_user_id_device_id_created_at_ms')
          .on('sessions')
          .columns(['user_id', 'device_id', 'created_at_ms'])
          .where(sql<boolean>`device_id is not null`)
          .execute()
      },
    },

    // What a database lacks that took its steps before they had checksums.
    '0012_old_databases': {
      // 0003 had neither, as it was at first.
      async up(kysely: Kysely<unknown>) {
        if (!(await hasColumn(kysely, 'sessions', 'notices_seen_at_ms'))) {
          await sql`alter table sessions add column notices_seen_at_ms bigint`.execute(kysely)
        }
        await sql`create index if not exists known_devices_last_used_at_ms
          on known_devices (last_used_at_ms)`.execute(kysely)
      },
      // Sessions that are older than 0007, of clients that are removed with their sessions.
      async fill(kysely: Kysely<unknown>) {
        const { numAffectedRows } = await sql`update sessions set registration_id =
            (select registration_id from oauth_clients where client_id = sessions.client_id)
          where id in (select id from sessions
            where registration_id is null and revoked_at_ms is null
              and client_id in (select client_id from oauth_clients)
            limit 5000)`.execute(kysely)
        return Number(numAffectedRows ?? 0)
      },
    },

    '0013_master_keys': {
      async up({ schema }: Kysely<unknown>) {
        await schema
          .createIndex('users_password_key_id')
          .on('users')
          .column('password_key_id')
          .execute()
        await schema
          .createTable('master_keys')
          .addColumn('key_id', text, (column) => column.notNull())
          .addColumn('newest_from_ms', 'bigint', (column) => column.notNull())
          .addColumn('newest_up_to_ms', 'bigint')
          .$call((table) => identifiedBy(table, 'master_keys', 'key_id'))
          .execute()
      },
    },

    // The few among a million: search keys without a line feed, as they were until here, and admins.
    '0014_search_keys_and_admins': {
      async up({ schema }: Kysely<unknown>) {
        const place = sql.raw(engine === 'postgres' ? 'strpos' : 'instr')
        await schema
          .createIndex('user_search_keys_old')
          .on('user_search_keys')
          .column('user_id')
          .where(sql<boolean>`${place}(key, ${sql.lit('\n')}) = 0`)
          .execute()
        await schema
          .createIndex('users_active_admins')
          .on('users')
          .column('id')
          .where(sql<boolean>`role = 'admin' and disabled = 0`)
          .execute()
      },
    },
  }

  async function hasColumn(
    kysely: Kysely<unknown>,
    table: string,
    column: string,
  ): Promise<boolean> {
    const { rows } = await (engine === 'postgres'
      ? sql`select 1 from pg_attribute
          where attrelid = to_regclass(${table}) and attname = ${column} and not attisdropped`
      : sql`select 1 from pragma_table_info(${table}) where name = ${column}`
    ).execute(kysely)
    return rows.length > 0
  }
}

const noticesLastMs = 30 * 24 * 60 * 60_000

/** By the default, so that what an older node writes is numbered too. */
async function numberByTransaction({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .alterTable('revocations')
    .addColumn('change_number', 'bigint', (column) =>
      column.notNull().defaultTo(sql`(pg_current_xact_id()::text::bigint)`),
    )
    .execute()
}

/** No number is given out twice, which takes a table of its own kind. */
async function numberInSequence(kysely: Kysely<unknown>): Promise<void> {
  const { schema } = kysely
  await schema
    .createTable('numbered_revocations')
    .addColumn('change_number', 'integer', (column) =>
      column.notNull().primaryKey().autoIncrement(),
    )
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('epoch', 'integer')
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .execute()
  await sql`insert into numbered_revocations (id, kind, subject, epoch, created_at_ms)
    select id, kind, subject, epoch, created_at_ms from revocations`.execute(kysely)
  await schema.dropTable('revocations').execute()
  await schema.alterTable('numbered_revocations').renameTo('revocations').execute()
  await schema
    .createIndex('revocations_created_at_ms')
    .on('revocations')
    .column('created_at_ms')
    .execute()
}

function identifiedBy<Table extends string, Column extends string>(
  table: CreateTableBuilder<Table, Column>,
  name: Table,
  column: Column,
) {
  return table.addPrimaryKeyConstraint(`${name}_${column}_key`, [column])
}
