// The WWW-Authenticate header of RFC 6750 §3, the same on every surface.

import type { AppError, ErrorReason } from '../contract/app-error.ts'

/** What about a request decides how it is refused. */
export interface ChallengedRequest {
  /** Whether an access token is what authorizes the request. */
  isProtected: boolean
  /** Whether there is an Authorization header, valid or not. */
  hasAuthorization: boolean
}

type ErrorCode = 'invalid_request' | 'invalid_token' | 'insufficient_scope'

/**
 * The codes of §3.1. null: no code, because no token was sent. Reasons not listed here are not
 * about tokens.
 */
const codeOfReason: Partial<Record<ErrorReason, ErrorCode | null>> = {
  not_authenticated: null,
  invalid_credentials: null,
  invalid_grant: null,
  token_expired: 'invalid_token',
  invalid_token: 'invalid_token',
  insufficient_scope: 'insufficient_scope',
  invalid_request: 'invalid_request',
}

/** undefined for errors that have nothing to do with the bearer token. */
export function bearerChallenge(
  { reason, message, scope }: AppError,
  { isProtected, hasAuthorization }: ChallengedRequest,
): string | undefined {
  const code = codeOfReason[reason]
  if (code === undefined) return undefined
  // Where no token is needed, a malformed request gets no challenge.
  if (code === 'invalid_request' && !isProtected) return undefined
  // §3.1: no code where the request shows no token.
  if (code === null || (code === 'invalid_request' && !hasAuthorization)) return 'Bearer'
  const detail =
    scope.length > 0
      ? `scope="${scope.join(' ')}"`
      : `error_description="${toLegalDescription(message)}"`
  return `Bearer error="${code}", ${detail}`
}

/** RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E, so neither quotes nor backslashes. */
export function toLegalDescription(text: string): string {
  return text.replaceAll('"', "'").replace(/[^\x20\x21\x23-\x5B\x5D-\x7E]/g, '?')
}
