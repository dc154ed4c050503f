// What every error becomes in HTTP.

import { TRPCError } from '@trpc/server'
import { expect, it } from 'vitest'
import { AppError, errorReasons } from '../contract/app-error.ts'
import { toHttpError } from './http-error.ts'

it.each(errorReasons)('answers %s with a 4xx or 503 and its message as detail', (reason) => {
  const { status, body } = toHttpError(new AppError(reason, 'What is wrong'))
  expect(body.detail).toBe('What is wrong')
  expect(status === 503 || (status >= 400 && status < 500)).toBe(true)
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
  'tells nothing of %s',
  (error) => {
    expect(toHttpError(error)).toEqual({
      status: 500,
      headers: {},
      body: { detail: 'Internal Server Error' },
    })
  },
)
