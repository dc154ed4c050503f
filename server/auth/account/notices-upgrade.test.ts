// Entries of an older Keycard show the same notices after an upgrade as before.

import { type Kysely, sql } from 'kysely'
import { expect, test } from 'vitest'
import type { AuditEvent } from '../../contract/audit-events.ts'
import { dayMs } from '../../db/clock.ts'
import { noticesProofsLiveSessions } from '../../db/migrations/0011-notices-proofs-live-sessions.ts'
import { makeRandomId } from '../../db/random-id.ts'
import type { Tables } from '../../db/tables.ts'
import { forEachEngine, insertUser, openTestDatabase } from '../../testing/databases.ts'
import { makeDeviceKnown } from '../../testing/known-device.ts'
import { openTestSessions } from '../../testing/test-sessions.ts'

/** The tables as they were before the migration. */
async function undo(kysely: Kysely<Tables>): Promise<void> {
  for (const statement of [
    'drop index audit_events_notices',
    'drop index sessions_user_id_revoked_at_ms_expires_at_ms',
    'drop index sessions_user_id_device_id_created_at_ms',
    'alter table audit_events drop column notice',
    'alter table sessions drop column proved_at_ms',
    'create index sessions_user_id on sessions (user_id)',
  ]) {
    await sql.raw(statement).execute(kysely)
  }
}

forEachEngine((engine) => {
  test('R97: an upgrade keeps the notices of the last month, and confirmed ones stay away', async () => {
    const database = await openTestDatabase(engine)
    const { kysely } = database
    const { start } = await openTestSessions(database)
    const [known, unknown, confirmed] = [
      await start(),
      await start('cookie'),
      await start('cookie'),
    ]
    await makeDeviceKnown(database, confirmed.session.id)
    await undo(kysely)

    const userId = await insertUser(database)
    const write = async (
      event: AuditEvent,
      row: { what?: string; sessionId?: string; ageMs?: number },
    ) => {
      const { what = null, sessionId = null, ageMs = 0 } = row
      const id = makeRandomId()
      const created_at_ms = Date.now() - ageMs
      const entry = { id, created_at_ms, event, user_id: userId, what, session_id: sessionId }
      await kysely.insertInto('audit_events').values(entry).execute()
      return id
    }
    const expected = {
      [await write('password_changed', {})]: 'password_changed',
      [await write('password_changed', { ageMs: 31 * dayMs })]: null,
      [await write('password_set_by_admin', {})]: 'password_set_by_admin',
      [await write('data_exported', {})]: 'data_exported',
      [await write('profile_changed', { what: 'email' })]: 'email_changed',
      [await write('profile_changed', { what: 'full_name' })]: null,
      [await write('signed_in', { sessionId: unknown.session.id })]: 'new_device',
      [await write('signed_in', { sessionId: known.session.id })]: null,
      [await write('signed_in', { sessionId: confirmed.session.id })]: null,
      [await write('signed_out', { sessionId: unknown.session.id })]: null,
    }
    await noticesProofsLiveSessions.up(kysely as unknown as Kysely<unknown>, engine)
    const rows = await kysely.selectFrom('audit_events').select(['id', 'notice']).execute()
    expect(Object.fromEntries(rows.map(({ id, notice }) => [id, notice]))).toEqual(expected)
  })
})
