// What a failed sign-in means to the person at the page.

import { TRPCClientError } from '@trpc/client'
import type { SignInState } from '../../../server/contract/pages/sign-in-page.ts'
import type { AppRouter } from '../../../server/trpc/router.ts'
import { signInStrings as words } from '../../strings/sign-in.ts'

export interface SignInFailure {
  state: Extract<SignInState, 'error' | 'throttled' | 'offline' | 'fault'>
  message: string
  /** 0 unless throttled. */
  retryAfterSeconds: number
}

export function readSignInFailure(cause: unknown): SignInFailure {
  if (!isTrpcError(cause)) return failure('fault', words.fault)
  // `fetch` rejects with a TypeError where no answer came at all.
  if (!cause.data) {
    return cause.cause instanceof TypeError
      ? failure('offline', words.offline)
      : failure('fault', words.fault)
  }
  const { reason, httpStatus, retry_after: retryAfterSeconds = 1 } = cause.data
  switch (reason) {
    case 'invalid_credentials':
    case 'invalid_input': // a name or password of a shape that no account can have
      return failure('error', words.wrongCredentials)
    case 'unsupported_grant_type':
      return failure('error', words.switchedOff)
    case 'other_address':
      return failure('fault', cause.message)
    case 'too_many_requests':
      return { state: 'throttled', message: '', retryAfterSeconds }
    case 'overloaded':
    case 'unavailable':
      return failure('fault', words.overloaded)
    default:
      return httpStatus < 500 ? failure('error', words.refused) : failure('fault', words.fault)
  }
}

function isTrpcError(cause: unknown): cause is TRPCClientError<AppRouter> {
  return cause instanceof TRPCClientError
}

function failure(state: SignInFailure['state'], message: string): SignInFailure {
  return { state, message, retryAfterSeconds: 0 }
}
