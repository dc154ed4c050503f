// The events of the audit log that users see as their own activity.

import { type AuditEvent, auditEvents } from './audit-events.ts'

/**
 * What concerns all users or the whole database is not one person's activity. A client that signs
 * in for itself is not a person. A token ahead of the database is the trace of a backup that was
 * restored: an alarm for the operator, and its owner can do nothing about it. A forgiven refresh is
 * a second tab or a lost reply, and only of interest where a thief sent it. Throttled attempts are
 * in the operator's log alone.
 */
const unseen = [
  'client_signed_in',
  'refresh_forgiven',
  'refresh_token_ahead',
  'sign_in_throttled',
  'users_imported',
  'everybody_signed_out',
  'client_added',
  'client_removed',
  'signing_key_rotated',
  'signing_key_dropped',
  'database_backed_up',
  'database_restored',
] as const satisfies AuditEvent[]

export type ActivityEvent = Exclude<AuditEvent, (typeof unseen)[number]>

const unseenEvents: ReadonlySet<AuditEvent> = new Set(unseen)

export const activityEvents = auditEvents.filter(
  (event): event is ActivityEvent => !unseenEvents.has(event),
)
