// What every error becomes in HTTP.

import { TRPCError } from '@trpc/server'
import { expect, it } from 'vitest'
import { AppError, errorReasons } from '../../contract/app-error.ts'
import { toHttpError } from './http-error.ts'

it('answers every reason with its status, and its message as detail', () => {
  const answers = errorReasons.map((reason) => {
    const { status, body } = toHttpError(new AppError(reason, 'What is wrong'))
    expect(body.detail).toBe('What is wrong')
    return [status, reason] as const
  })
  const reasonsOf = (status: number) =>
    answers.flatMap(([answered, reason]) => (answered === status ? [reason] : []))
  const statuses = [...new Set(answers.map(([status]) => status))].sort()
  expect(statuses).toEqual([400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 503])
  expect(reasonsOf(401)).toEqual([
    'not_authenticated',
    'token_expired',
    'invalid_token',
    'invalid_credentials',
    'unknown_passkey',
    'invalid_grant',
  ])
  expect(reasonsOf(403)).toEqual([
    'insufficient_scope',
    'registration_closed',
    'reauthentication_required',
    'cross_site',
    'other_address',
    'mail_not_set_up',
  ])
  expect(reasonsOf(503)).toEqual(['overloaded', 'unavailable'])
})

it('names the fields, where there are any; an invalid input always names one', () => {
  const fields = [{ path: 'email', message: 'is taken' }]
  const bodyOf = (...[reason, message, details]: ConstructorParameters<typeof AppError>) =>
    toHttpError(new AppError(reason, message, details)).body
  expect(bodyOf('conflict', 'Taken', { fields })).toEqual({ detail: 'Taken', errors: fields })
  expect(bodyOf('conflict', 'Gone')).toEqual({ detail: 'Gone' })
  expect(bodyOf('invalid_input', 'Wrong')).toEqual({ detail: 'Wrong', errors: [] })
})

it.each(errorReasons)('gives %s the same answer through tRPC', (reason) => {
  const error = new AppError(reason, 'What is wrong', { retryAfterSeconds: 7 })
  const wrapped = new TRPCError({ code: 'BAD_REQUEST', cause: error })
  expect(toHttpError(wrapped)).toEqual(toHttpError(error))
})

it.each(['too_many_requests', 'overloaded', 'unavailable'] as const)(
  'R106: says with %s when to try again',
  (reason) => {
    const known = toHttpError(new AppError(reason, 'Later', { retryAfterSeconds: 7 }))
    expect(known.headers).toEqual({ 'retry-after': '7' })
    expect(toHttpError(new AppError(reason, 'Later')).headers).toEqual({ 'retry-after': '5' })
  },
)

it.each([new Error('secret'), new TRPCError({ code: 'NOT_FOUND', message: 'secret' })])(
  'reveals nothing about %s',
  (error) => {
    expect(toHttpError(error)).toEqual({
      status: 500,
      headers: {},
      body: { detail: 'Internal Server Error' },
    })
  },
)
