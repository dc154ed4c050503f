// What a failed refresh means: there is no session, or it is unknown.

import { TRPCClientError } from '@trpc/client'
import type { AppRouter } from '../../server/trpc/router.ts'

/** The server said that there is no session, and will say so again. */
export function isRefusal(error: unknown): error is TRPCClientError<AppRouter> {
  const reason = isTrpcError(error) ? error.data?.reason : undefined
  return reason === 'invalid_grant' || reason === 'not_authenticated'
}

/** In seconds; undefined where the server did not say. */
export function readRetryAfter(error: unknown): number | undefined {
  return isTrpcError(error) ? error.data?.retry_after : undefined
}

function isTrpcError(error: unknown): error is TRPCClientError<AppRouter> {
  return error instanceof TRPCClientError
}
