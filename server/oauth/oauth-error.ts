// Errors at the OAuth2 endpoints: AppError to RFC 6749 §5.2, with FastAPI's `detail` beside it.

import type { AppError, ErrorReason } from '../contract/app-error.ts'
import type { OAuthErrorBody, OAuthErrorCode } from '../contract/oauth.ts'
import { bearerChallenge, toLegalDescription } from '../web/bearer-challenge.ts'

export interface OAuthErrorAnswer {
  status: number
  headers: Record<string, string>
  body: OAuthErrorBody
}

/** How the client was named; it decides between two answers (see `POST /token` in the docs). */
export interface ClientNaming {
  named: boolean
  usedBasic: boolean
  /** A bearer token was sent to an endpoint that accepts one. */
  usedBearer: boolean
}

const codeAndStatusOfReason: Partial<Record<ErrorReason, [OAuthErrorCode, number]>> = {
  invalid_request: ['invalid_request', 400],
  invalid_input: ['invalid_request', 400],
  invalid_credentials: ['invalid_grant', 400],
  invalid_grant: ['invalid_grant', 400],
  // RFC 7662 §2.3: where a bearer token authorizes an endpoint, RFC 6750 §3 applies to it.
  not_authenticated: ['invalid_client', 401],
  token_expired: ['invalid_token', 401],
  invalid_token: ['invalid_token', 401],
  insufficient_scope: ['insufficient_scope', 403],
  cross_site: ['invalid_request', 403],
  invalid_client: ['invalid_client', 400],
  unauthorized_client: ['unauthorized_client', 400],
  unsupported_grant_type: ['unsupported_grant_type', 400],
  invalid_scope: ['invalid_scope', 400],
  payload_too_large: ['invalid_request', 413],
  unsupported_media_type: ['invalid_request', 415],
  // Only RFC 8628 §3.5 has a code for "slow down".
  too_many_requests: ['slow_down', 429],
  overloaded: ['temporarily_unavailable', 503],
  unavailable: ['temporarily_unavailable', 503],
}

/** undefined for an internal error, which is answered without any detail. */
export function toOAuthError(error: AppError | undefined, client: ClientNaming): OAuthErrorAnswer {
  const known = error && codeAndStatusOfReason[error.reason]
  if (!known) return answer('server_error', 500, 'Something went wrong on our side')
  const [code, status] = known
  const result = answer(code, status, error.message)
  if (error.retryAfterSeconds !== undefined) {
    result.headers['retry-after'] = String(error.retryAfterSeconds)
  }
  // FastAPI's users expect 401 with the challenge; libraries, which all name a client, expect the
  // RFC's 400.
  if (error.reason === 'invalid_credentials' && !client.named) result.status = 401
  const { usedBearer } = client
  const request = { isProtected: usedBearer, hasAuthorization: usedBearer }
  const challenge = bearerChallenge(error, request)
  if (challenge !== undefined && (usedBearer || result.status !== 400)) {
    result.headers['www-authenticate'] = challenge
  }
  // §5.2: the challenge names the scheme that was tried.
  if (code === 'invalid_client' && client.usedBasic) {
    result.status = 401
    result.headers['www-authenticate'] = 'Basic realm="keycard"'
  }
  return result
}

function answer(error: OAuthErrorCode, status: number, description: string): OAuthErrorAnswer {
  const text = toLegalDescription(description)
  return { status, headers: {}, body: { error, error_description: text, detail: text } }
}
