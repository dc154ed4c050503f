// What a failed registration means to the person at the page.

import { TRPCClientError } from '@trpc/client'
import {
  type FieldProblems,
  noProblems,
  type RegisterState,
  registerFields,
  sayProblems,
} from '../../../server/contract/pages/register-page.ts'
import type { AppRouter } from '../../../server/trpc/router.ts'
import { registerStrings as words } from '../../strings/register.ts'
import { readSignInFailure } from '../sign-in/sign-in-failure.ts'

export interface RegisterFailure {
  state: RegisterState
  message: string
  problems: FieldProblems
  /** 0 unless throttled. */
  retryAfterSeconds: number
}

export function readRegisterFailure(cause: unknown): RegisterFailure {
  const { reason, fields = [] } = readData(cause) ?? {}
  const other = { problems: noProblems, retryAfterSeconds: 0 }
  if (reason === 'registration_closed') return { ...other, state: 'closed', message: words.closed }
  const problems = sayProblems(fields)
  // The fields themselves say what is wrong: no alert speaks over them.
  if (registerFields.some((field) => problems[field] !== '')) {
    return { ...other, state: 'idle', message: '', problems }
  }
  const failure = readSignInFailure(cause)
  if (failure.state === 'error') return { ...other, state: 'error', message: words.refused }
  return { ...failure, problems: noProblems }
}

function readData(cause: unknown) {
  if (!(cause instanceof TRPCClientError)) return undefined
  const { data }: TRPCClientError<AppRouter> = cause
  return data
}
