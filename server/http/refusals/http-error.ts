// Errors outside the OAuth2 and tRPC protocols: their HTTP form, with FastAPI's `detail`.

import { TRPCError } from '@trpc/server'
import type { AppError, ErrorReason, FieldError } from '../../contract/app-error.ts'
import { findAppError } from '../../trpc/trpc-error.ts'
import { bearerChallenge, type ChallengedRequest } from '../../web/bearer-challenge.ts'
import { asAppError } from '../../web/request-fault.ts'

export interface HttpErrorBody {
  detail: string
  /** Which input fields break which rule. */
  errors?: readonly FieldError[]
  /** With 412: the row as it is now. */
  current?: object
}

export interface HttpError {
  status: number
  headers: Record<string, string>
  body: HttpErrorBody
}

const statusOfReason: Record<ErrorReason, number> = {
  not_authenticated: 401,
  token_expired: 401,
  invalid_token: 401,
  invalid_credentials: 401,
  unknown_passkey: 401,
  invalid_grant: 401,
  invalid_client: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  invalid_request: 400,
  // RFC 6750 §3.1. FastAPI's tutorial has 401 here, which would sign the user out.
  insufficient_scope: 403,
  cross_site: 403,
  other_address: 403,
  registration_closed: 403,
  reauthentication_required: 403,
  mail_not_set_up: 403,
  not_found: 404,
  conflict: 409,
  changed_elsewhere: 412,
  payload_too_large: 413,
  unsupported_media_type: 415,
  invalid_input: 422,
  too_many_requests: 429,
  overloaded: 503,
  unavailable: 503,
}

/** In seconds, where the error names no time itself. */
const retryAfterDefaultSeconds = 5

/** Anything that is not an AppError is an internal error, answered without details. */
export function toHttpError(error: unknown, request = publicRequest): HttpError {
  const appError = error instanceof TRPCError ? findAppError(error) : asAppError(error)
  if (!appError) return { status: 500, headers: {}, body: { detail: 'Internal Server Error' } }
  const status = statusOfReason[appError.reason]
  return {
    status,
    headers: describeHeaders(appError, status, request),
    body: {
      detail: appError.message,
      ...((appError.reason === 'invalid_input' || appError.fields.length > 0) && {
        errors: appError.fields,
      }),
      ...(appError.current && { current: appError.current }),
    },
  }
}

/** By default: a route that takes no token. */
const publicRequest: ChallengedRequest = { isProtected: false, hasAuthorization: false }

function describeHeaders(
  error: AppError,
  status: number,
  request: ChallengedRequest,
): Record<string, string> {
  const challenge = bearerChallenge(error, request)
  const mayRetry = status === 429 || status === 503
  return {
    ...(challenge !== undefined && { 'www-authenticate': challenge }),
    ...(mayRetry && {
      'retry-after': String(error.retryAfterSeconds ?? retryAfterDefaultSeconds),
    }),
  }
}
