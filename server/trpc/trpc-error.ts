// Errors over tRPC: AppError to tRPC's codes, and what a client reads in `error.data`.

import { TRPCError } from '@trpc/server'
import { ZodError } from 'zod'
import { AppError, type ErrorReason, type FieldError } from '../contract/app-error.ts'
import { bearerChallenge, type ChallengedRequest } from '../web/bearer-challenge.ts'

type TrpcErrorCode = TRPCError['code']

const codeOfReason: Record<ErrorReason, TrpcErrorCode> = {
  not_authenticated: 'UNAUTHORIZED',
  token_expired: 'UNAUTHORIZED',
  invalid_token: 'UNAUTHORIZED',
  invalid_credentials: 'UNAUTHORIZED',
  unknown_passkey: 'UNAUTHORIZED',
  invalid_grant: 'UNAUTHORIZED',
  invalid_client: 'BAD_REQUEST',
  unauthorized_client: 'BAD_REQUEST',
  unsupported_grant_type: 'BAD_REQUEST',
  invalid_scope: 'BAD_REQUEST',
  invalid_request: 'BAD_REQUEST',
  invalid_input: 'BAD_REQUEST',
  insufficient_scope: 'FORBIDDEN',
  cross_site: 'FORBIDDEN',
  other_address: 'FORBIDDEN',
  registration_closed: 'FORBIDDEN',
  reauthentication_required: 'FORBIDDEN',
  mail_not_set_up: 'FORBIDDEN',
  not_found: 'NOT_FOUND',
  conflict: 'CONFLICT',
  changed_elsewhere: 'CONFLICT',
  payload_too_large: 'PAYLOAD_TOO_LARGE',
  unsupported_media_type: 'UNSUPPORTED_MEDIA_TYPE',
  too_many_requests: 'TOO_MANY_REQUESTS',
  overloaded: 'SERVICE_UNAVAILABLE',
  unavailable: 'SERVICE_UNAVAILABLE',
}

/** What stands in `error.data` beside tRPC's own `code`, `httpStatus` and `path`. */
export interface ErrorFacts {
  /** Absent for tRPC's own errors (no such procedure) and for internal errors. */
  reason?: ErrorReason
  fields?: readonly FieldError[]
  /** With `changed_elsewhere`: the row as it is now, of the type that the procedure gives. */
  current?: object
  /** The scopes that were needed. */
  scope?: readonly string[]
  /** In seconds. */
  retry_after?: number
}

/** Anything that is not an AppError is an internal error. */
export function toTrpcError(error: unknown): TRPCError {
  if (!(error instanceof AppError)) {
    return new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: error })
  }
  return new TRPCError({ code: codeOfReason[error.reason], message: error.message, cause: error })
}

/** The same WWW-Authenticate as on every other surface (R28). */
export function challengeOf(error: TRPCError, request: ChallengedRequest): string | undefined {
  const appError = findAppError(error)
  return appError && bearerChallenge(appError, request)
}

/**
 * The AppError behind a tRPC error: the one that was thrown, or what zod's or JSON's complaint
 * means.
 */
export function findAppError(error: TRPCError): AppError | undefined {
  if (error.cause instanceof AppError) return error.cause
  if (error.cause instanceof ZodError && error.code === 'BAD_REQUEST') {
    const fields = error.cause.issues.map(({ path, message }) => ({
      path: path.join('.'),
      message,
    }))
    const sentence = fields
      .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
      .join('; ')
    return new AppError('invalid_input', sentence, { fields, cause: error.cause })
  }
  // JSON.parse repeats what it could not read, which may be a password.
  if (error.cause instanceof SyntaxError && error.code === 'BAD_REQUEST') {
    return new AppError('invalid_request', 'The input is not valid JSON', { cause: error.cause })
  }
  // tRPC's own message about the request: how it is batched, or what comes with it.
  if (error.cause === undefined && isMalformed(error.code)) {
    return new AppError('invalid_request', error.message)
  }
  return undefined
}

function isMalformed(code: TrpcErrorCode): boolean {
  return code === 'BAD_REQUEST' || code === 'PARSE_ERROR'
}

/** An internal error is answered without details. */
export function publicMessage(error: TRPCError): string {
  const appError = findAppError(error)
  if (appError) return appError.message
  if (error.code === 'INTERNAL_SERVER_ERROR') return 'Something went wrong on our side'
  return error.message
}

export function describeError(error: TRPCError): ErrorFacts {
  const appError = findAppError(error)
  if (!appError) return {}
  const { reason, fields, current, scope, retryAfterSeconds } = appError
  return {
    reason,
    ...(fields.length > 0 && { fields }),
    ...(current && { current }),
    ...(scope.length > 0 && { scope }),
    ...(retryAfterSeconds !== undefined && { retry_after: retryAfterSeconds }),
  }
}
