// Maps what Fastify refuses before a handler runs to our own errors.

import { AppError } from '../contract/app-error.ts'

/** The AppError that `error` is or means; undefined for an internal error. */
export function asAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown }
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AppError('payload_too_large', 'The body is too large')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new AppError('unsupported_media_type', 'The Content-Type is not taken here')
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new AppError('invalid_request', 'Content-Length does not match the body')
    default: {
      // Anything else that Fastify blames on the request: a path or a query it cannot read.
      const isRefusal = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
      return isRefusal ? new AppError('invalid_request', 'The request is malformed') : undefined
    }
  }
}
