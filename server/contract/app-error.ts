// The one error class of Keycard, and every reason it can have.

/**
 * Why a request was refused. Stable: clients switch on it (`error.data.reason` in tRPC). Each
 * protocol maps it once to its own words (RFC 6749 §5.2, RFC 6750 §3.1, HTTP status, tRPC code).
 */
export const errorReasons = [
  'not_authenticated', // no bearer token was presented
  'token_expired', // correctly signed, but expired
  'invalid_token', // anything else that is wrong with a bearer token
  'insufficient_scope', // the token lacks a scope that this endpoint needs
  'invalid_request', // the request itself is malformed
  'invalid_input', // a field breaks its rule; see `fields`
  'invalid_credentials', // unknown user, wrong password or disabled user: one answer
  'unknown_passkey', // no account has the passkey (any more)
  'registration_closed', // registration is off
  'reauthentication_required', // a sensitive change needs the current password, or a fresh sign-in
  'invalid_grant', // a refresh token that is no longer valid
  'invalid_client', // an unknown OAuth client, or a wrong secret
  'unauthorized_client', // the client may not use this grant
  'unsupported_grant_type',
  'invalid_scope',
  'cross_site', // a cookie endpoint was called from another site
  'other_address', // our own page called it, but is open at another address than PUBLIC_URL
  'mail_not_set_up', // no MAIL_URL: what needs mail is off
  'not_found',
  'conflict', // the value is taken already
  'changed_elsewhere', // the row is not what the change was made from; see `current`
  'payload_too_large',
  'unsupported_media_type',
  'too_many_requests', // see `retryAfterSeconds`
  'overloaded', // the password queue is full; see `retryAfterSeconds`
  'unavailable', // the database does not answer; see `retryAfterSeconds`
] as const

export type ErrorReason = (typeof errorReasons)[number]

/**
 * One input field that breaks its rule. `path` is dotted (`address.street`), '' for the whole
 * input.
 */
export interface FieldError {
  path: string
  message: string
}

export interface AppErrorDetails {
  /** Goes to the log and never to the client. */
  detail?: string
  cause?: unknown
  fields?: readonly FieldError[]
  /** The row as it is now, as its procedure would give it. */
  current?: object
  /** The scopes that were needed (RFC 6750 §3: the `scope` attribute). */
  scope?: readonly string[]
  /** In whole seconds, for Retry-After (RFC 9110 §10.2.3). */
  retryAfterSeconds?: number
}

/** `message` is public: it states the broken rule and never echoes a secret. */
export class AppError extends Error {
  readonly reason: ErrorReason
  readonly detail: string | undefined
  readonly fields: readonly FieldError[]
  readonly current: object | undefined
  readonly scope: readonly string[]
  readonly retryAfterSeconds: number | undefined

  constructor(reason: ErrorReason, message: string, details: AppErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.name = 'AppError'
    this.reason = reason
    this.detail = details.detail
    this.fields = details.fields ?? []
    this.current = details.current
    this.scope = details.scope ?? []
    this.retryAfterSeconds = details.retryAfterSeconds
  }
}
