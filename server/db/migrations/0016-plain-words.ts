// The field's words for three columns: how a session's tokens travel, whether it outlives the
// browser, and the version that a user's tokens carry.

import { sql } from 'kysely'
import type { Migration } from './migration.ts'

export const plainWords: Migration = {
  // A version that uses the old names fails at every call.
  isBreaking: true,
  async up(kysely) {
    const { schema } = kysely
    await schema.alterTable('sessions').renameColumn('door', 'transport').execute()
    await schema.alterTable('sessions').renameColumn('kept', 'persistent').execute()
    await schema.alterTable('users').renameColumn('epoch', 'token_version').execute()
    await schema.alterTable('revocations').renameColumn('epoch', 'token_version').execute()
    // Every session is read by its transport at its next refresh: none may be left out.
    await sql`update sessions
      set transport = case transport when 'browser' then 'cookie' else 'bearer' end`.execute(kysely)
    await sql`update audit_events set what = case what when 'browser' then 'cookie' else 'bearer' end
      where event = 'signed_in' and what in ('browser', 'token')`.execute(kysely)
  },
}
