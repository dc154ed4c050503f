// The words of the audit log: everything that is written down about an account.

/** Add an event here; the activity page asks for its sentence. */
export const auditEvents = [
  'signed_in',
  'sign_in_refused',
  'client_signed_in',
  'signed_out',
  'session_ended',
  'device_confirmed',
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
] as const

export type AuditEvent = (typeof auditEvents)[number]
