// The WWW-Authenticate header of RFC 6750 §3, the same at every door.

import type { AppError } from './app-error.ts'

/** undefined for errors that have nothing to do with the bearer token. */
export function bearerChallenge({ reason, message, scope }: AppError): string | undefined {
  switch (reason) {
    // §3.1: no error code where no token was sent.
    case 'not_authenticated':
    case 'invalid_credentials':
      return 'Bearer'
    case 'token_expired':
    case 'invalid_token':
      return `Bearer error="invalid_token", error_description="${message}"`
    case 'insufficient_scope':
      return scope.length === 0
        ? `Bearer error="insufficient_scope", error_description="${message}"`
        : `Bearer error="insufficient_scope", scope="${scope.join(' ')}"`
    default:
      return undefined
  }
}
