// What a failed call means to the person at the page.

import { TRPCClientError } from '@trpc/client'
import type { ErrorReason, FieldError } from '../../server/contract/app-error.ts'
import type { AppRouter } from '../../server/trpc/router.ts'
import { SessionEndedError } from '../session/session.ts'
import { strings } from '../strings/shell.ts'

export interface Failure {
  /** A whole sentence. */
  message: string
  /** Absent where the call got no answer, or for an internal error. */
  reason?: ErrorReason
  fields: readonly FieldError[]
  /** The row as the server has it, where it was changed elsewhere. */
  current?: object
  /** The scopes that were needed. */
  scope: readonly string[]
  /** Whether the same call may well succeed later. */
  passes: boolean
  /** How long the server asks us to wait; undefined where it does not say. */
  retryAfterSeconds?: number
}

const words = strings.failure

export function readFailure(error: unknown): Failure {
  const nothing = { fields: [], scope: [] }
  if (!(error instanceof TRPCClientError))
    return { ...nothing, message: words.fault, passes: false }
  const { data, message, cause }: TRPCClientError<AppRouter> = error
  if (!data) {
    // Not one of our answers. `fetch` rejects with a TypeError where none came at all.
    const isOffline = cause instanceof TypeError
    const isOver = cause instanceof SessionEndedError
    return { ...nothing, message: isOffline ? words.offline : words.fault, passes: !isOver }
  }
  const { reason, current, fields = [], scope = [], httpStatus } = data
  const { retry_after: retryAfterSeconds } = data
  const isBusy = httpStatus === 503 || httpStatus === 429
  return {
    message: describe(message, httpStatus, isBusy),
    fields,
    scope,
    passes: httpStatus === 503,
    ...(reason !== undefined && { reason }),
    ...(current && { current }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  }
}

function describe(message: string, httpStatus: number, isBusy: boolean): string {
  if (isBusy) return words.busy
  return httpStatus >= 500 ? words.fault : `${message}.`
}
