// Which entries of the audit log their user reads as a security notice (R97).

import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { NoticeKind } from '../../contract/account.ts'
import type { AuditEvent } from '../../contract/audit-events.ts'

const kindOfEvent: Partial<Record<AuditEvent, NoticeKind>> = {
  password_changed: 'password_changed',
  password_reset: 'password_changed',
  password_set_by_admin: 'password_set_by_admin',
  data_exported: 'data_exported',
  refresh_from_elsewhere: 'refreshed_elsewhere',
  refresh_token_reused: 'token_copied',
  sign_in_closed: 'sign_in_closed',
}

/**
 * @param what of the entry: in a changed profile only the email address causes a notice, for it
 *   can sign in
 */
export function noticeOf(event: AuditEvent, what: string | null): NoticeKind | null {
  if (event === 'profile_changed') return what === 'email' ? 'email_changed' : null
  return kindOfEvent[event] ?? null
}

/**
 * For a sign-in: read from the row of its session, which the same batch has written. Only the
 * database knows there whether the device is new.
 */
export function newDeviceNotice(sessionId: string): RawBuilder<'new_device' | null> {
  return sql`case when ${isNewDevice(sessionId)} then 'new_device' end`
}

/** The same as a condition. */
export function isNewDevice(sessionId: string): RawBuilder<SqlBool> {
  return sql`exists (select 1 from sessions where id = ${sessionId} and is_new_device = 1)`
}
