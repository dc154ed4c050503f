// What a failed call says to a person, and whether it is retried.

import { TRPCClientError } from '@trpc/client'
import { describe, expect, it } from 'vitest'
import type { ErrorReason } from '../../server/contract/app-error.ts'
import { SessionEndedError } from '../session/session.ts'
import { strings } from '../strings/shell.ts'
import { readFailure } from './failure.ts'
import { retryDelayMs, shouldRetry } from './retry-policy.ts'

const words = strings.failure
const noAnswer = TRPCClientError.from(new TypeError('Failed to fetch'))

describe('readFailure', () => {
  it.each([
    ['no answer', noAnswer, words.offline],
    ['an answer that is not ours', TRPCClientError.from(new SyntaxError('<html>')), words.fault],
    ['an internal error', answer(500), words.fault],
    ['an overload', answer(503, 'overloaded'), words.busy],
    ['a refusal', answer(404, 'not_found'), 'There is no such session.'],
    ['an error that is not a call’s', new Error('x is not a function'), words.fault],
  ])('says what %s means', (_what, error, message) => {
    expect(readFailure(error).message).toBe(message)
  })
})

describe('a query', () => {
  it('is retried three times where no answer came, or 503', () => {
    for (const error of [noAnswer, answer(503, 'unavailable')]) {
      expect([0, 1, 2, 3].map((failures) => shouldRetry(failures, error))).toEqual([
        true,
        true,
        true,
        false,
      ])
    }
  })

  it('is not retried where it was refused, or the session is over', () => {
    const over = TRPCClientError.from(new SessionEndedError())
    const refused = [400, 401, 403, 404, 409, 429, 500].map((status) => answer(status))
    for (const error of [over, ...refused]) expect(shouldRetry(0, error)).toBe(false)
  })

  it('waits as long as the server asks for, else twice as long each time', () => {
    expect(retryDelayMs(0, answer(503, 'overloaded', 7))).toBe(7_000)
    expect([0, 1, 2, 9].map((attempt) => retryDelayMs(attempt, noAnswer))).toEqual([
      1_000, 2_000, 4_000, 15_000,
    ])
  })
})

/** As @trpc/client makes it of the server's answer. */
function answer(httpStatus: number, reason?: ErrorReason, retryAfterSeconds?: number) {
  const data = {
    code: 'X',
    httpStatus,
    path: 'sessions.list',
    reason,
    retry_after: retryAfterSeconds,
  }
  return TRPCClientError.from({
    error: { message: 'There is no such session', code: -32000, data },
  })
}
