// Notices of the audit log, proofs of the password, and the indexes of live sessions.

import { sql } from 'kysely'
import { textType } from './columns.ts'
import type { Migration } from './migration.ts'

export const noticesProofsLiveSessions: Migration = {
  async up(kysely, engine) {
    const text = textType(engine)
    const { schema } = kysely
    await schema.alterTable('audit_events').addColumn('notice', text).execute()
    // Older entries cause no notice any more.
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
    // Live ones are those of a user with no revoked_at_ms and an expires_at_ms in the future. No
    // refresh changes these columns, so that none has to write to an index.
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
}

const noticesLastMs = 30 * 24 * 60 * 60_000
