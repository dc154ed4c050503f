// The words of the audit log: everything that is written down about an account.

/** Add an event here; the activity page asks for its sentence. */
export const auditEvents = [
  'signed_in',
  'sign_in_refused',
  'sign_in_throttled',
  'sign_in_closed',
  'client_signed_in',
  'signed_out',
  'session_ended',
  'sessions_ended',
  'device_confirmed',
  'reauthenticated',
  'refresh_token_reused',
  'refresh_token_ahead',
  'registered',
  'profile_changed',
  'password_changed',
  'account_deleted',
  'data_exported',
  'user_created',
  'user_disabled',
  'user_enabled',
  'role_changed',
  'password_set_by_admin',
  'users_imported',
  'everybody_signed_out',
  'client_added',
  'client_removed',
  'signing_key_rotated',
  'signing_key_dropped',
  'database_backed_up',
  'database_restored',
] as const

export type AuditEvent = (typeof auditEvents)[number]
