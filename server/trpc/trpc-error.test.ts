// What a tRPC error means, and how much of it is revealed.

import { TRPCError } from '@trpc/server'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { AppError } from '../contract/app-error.ts'
import { describeError, findAppError, publicMessage, toTrpcError } from './trpc-error.ts'

const causeOf = (schema: z.ZodType, value: unknown) => schema.safeParse(value).error
const account = z.object({ name: z.string('is no text'), age: z.number('is no number') })

test('an input that breaks its schema names each field, and the whole input without a name', () => {
  const cause = causeOf(account, { name: 1, age: 'x' })
  expect(findAppError(new TRPCError({ code: 'BAD_REQUEST', cause }))).toMatchObject({
    reason: 'invalid_input',
    message: 'name: is no text; age: is no number',
    fields: [
      { path: 'name', message: 'is no text' },
      { path: 'age', message: 'is no number' },
    ],
  })
  const whole = causeOf(z.string('is no text'), 1)
  expect(publicMessage(new TRPCError({ code: 'BAD_REQUEST', cause: whole }))).toBe('is no text')
})

test('an output that breaks its schema is an internal error, answered without details', () => {
  const cause = causeOf(account, { name: 'Ada', age: 'secret' })
  const error = new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: 'secret', cause })
  expect(describeError(error)).toEqual({})
  expect(publicMessage(error)).toBe('Something went wrong on our side')
})

test('R82: the answer to unreadable JSON repeats none of it', () => {
  const cause = new SyntaxError('Unexpected token in "secret"')
  expect(findAppError(new TRPCError({ code: 'BAD_REQUEST', cause }))).toMatchObject({
    reason: 'invalid_request',
    message: 'The input is not valid JSON',
  })
  expect(findAppError(new TRPCError({ code: 'CONFLICT', cause }))).toBeUndefined()
})

test('tRPC’s own messages pass unchanged, and get a reason where the request is malformed', () => {
  const malformed = new TRPCError({ code: 'BAD_REQUEST', message: 'no batch' })
  expect(describeError(malformed)).toEqual({ reason: 'invalid_request' })
  const unknown = new TRPCError({ code: 'NOT_FOUND', message: 'No procedure "x"' })
  expect([describeError(unknown), publicMessage(unknown)]).toEqual([{}, 'No procedure "x"'])
})

test('a refusal carries its facts, where it has any', () => {
  const fields = [{ path: 'email', message: 'is taken' }]
  const of = (...[reason, message, details]: ConstructorParameters<typeof AppError>) =>
    describeError(toTrpcError(new AppError(reason, message, details)))
  expect(of('conflict', 'Taken', { fields })).toEqual({ reason: 'conflict', fields })
  expect(of('insufficient_scope', 'No', { scope: ['me'] })).toEqual({
    reason: 'insufficient_scope',
    scope: ['me'],
  })
  expect(of('unavailable', 'Later', { retryAfterSeconds: 0 })).toEqual({
    reason: 'unavailable',
    retry_after: 0,
  })
  expect(of('not_found', 'Gone')).toEqual({ reason: 'not_found' })
})
