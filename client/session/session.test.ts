// The session of one page: one refresh for all, renewed only when used, never cleared by a late loser.

import { TRPCClientError } from '@trpc/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ErrorReason } from '../../server/contract/app-error.ts'
import type { TokenResponse } from '../../server/contract/oauth.ts'
import { createSession, SessionEndedError, type SessionParts } from './session.ts'

const lifetimeSeconds = 900

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A session whose refreshes are answered by hand. */
function setUp() {
  const asked: Answer<TokenResponse>[] = []
  const left: string[] = []
  const told: string[] = []
  const logouts: Answer<null>[] = []
  const parts: SessionParts = {
    refresh: () => {
      const answer = createAnswer<TokenResponse>()
      asked.push(answer)
      return answer.promise
    },
    logout: () => {
      const answer = createAnswer<null>()
      logouts.push(answer)
      return answer.promise
    },
    withRefreshLock: (work) => work(),
    tellOtherTabs: () => told.push('signed-out'),
    leave: (reason) => left.push(reason),
    now: () => performance.now(),
  }
  const session = createSession(parts)
  const answer = (index: number, response: TokenResponse) => asked[index]?.resolve(response)
  const refuse = (index: number, error: unknown) => asked[index]?.reject(error)
  return { session, asked, answer, refuse, left, told, logouts }
}

async function signedIn() {
  const set = setUp()
  const first = set.session.getAccessToken()
  set.answer(0, tokens('first'))
  await first
  return set
}

describe('a refresh', () => {
  it('is one for all who ask before the first is there', async () => {
    const { session, asked, answer } = setUp()
    const calls = Array.from({ length: 50 }, () => session.getAccessToken())
    answer(0, tokens('first'))
    expect(new Set(await Promise.all(calls))).toEqual(new Set([tokens('first').access_token]))
    expect(asked).toHaveLength(1)
    expect(session.getState()).toMatchObject({
      status: 'signed-in',
      token: { scopes: ['me', 'items:read'], userId: 'user-1', sessionId: 'session-1' },
    })
  })

  it('is asked for before the call where the token has run out by the monotonic clock', async () => {
    const { session, asked, answer } = await signedIn()
    vi.advanceTimersByTime(lifetimeSeconds * 1_000)
    const call = session.getAccessToken()
    answer(1, tokens('second'))
    expect(await call).toBe(tokens('second').access_token)
    expect(asked).toHaveLength(2)
  })

  it('is spared who asks late, with a token that has been replaced since', async () => {
    const { session, asked, answer } = await signedIn()
    const old = tokens('first').access_token
    const renewed = session.renew(old)
    answer(1, tokens('second'))
    await renewed
    expect(await session.renew(old)).toBe(tokens('second').access_token)
    expect(asked).toHaveLength(2)
  })

  it.each(['invalid_grant', 'not_authenticated'] as const)(
    'that is refused with %s ends the session: one way out, and nothing is asked any more',
    async (reason) => {
      const { session, asked, refuse, left } = await signedIn()
      const calls = Array.from({ length: 50 }, () => session.renew())
      refuse(1, refusal(reason))
      const outcomes = await Promise.allSettled(calls)
      expect(outcomes.every((outcome) => outcome.status === 'rejected')).toBe(true)
      await expect(session.getAccessToken()).rejects.toThrow(SessionEndedError)
      expect(left).toEqual(['expired'])
      expect(asked).toHaveLength(2)
      expect(session.getState()).toEqual({ status: 'signed-out' })
    },
  )

  it.each([
    ['without an answer', new TRPCClientError('Failed to fetch', { cause: new TypeError() })],
    ['with 503', refusal('unavailable', 503)],
    ['as cross-site', refusal('cross_site', 403)],
  ])('that fails %s signs nobody out, and can be asked again', async (_how, error) => {
    const { session, refuse, answer, left } = await signedIn()
    const call = session.renew()
    refuse(1, error)
    await expect(call).rejects.toBe(error)
    const again = session.renew()
    answer(2, tokens('second'))
    expect(await again).toBe(tokens('second').access_token)
    expect(left).toEqual([])
  })

  it('that is the first and gets no answer leaves the page waiting, not signed out', async () => {
    const { session, refuse, answer, left } = setUp()
    const call = session.getAccessToken()
    refuse(0, new TypeError('Failed to fetch'))
    await expect(call).rejects.toThrow('Failed to fetch')
    expect(session.getState().status).toBe('unreachable')
    const again = session.renew()
    answer(1, tokens('first'))
    await again
    expect(session.getState().status).toBe('signed-in')
    expect(left).toEqual([])
  })

  it('without a cookie on a fresh page is no expiry: nobody was signed in', async () => {
    const { session, refuse, left } = setUp()
    const call = session.getAccessToken()
    refuse(0, refusal('not_authenticated'))
    await expect(call).rejects.toThrow(SessionEndedError)
    expect(left).toEqual(['not-signed-in'])
  })

  it('that brings another user’s token starts the page over, and hands the token to nobody', async () => {
    const { session, answer, left } = await signedIn()
    const call = session.renew()
    answer(1, tokens('second', 'user-2'))
    await expect(call).rejects.toThrow(SessionEndedError)
    expect(left).toEqual(['another-user'])
  })
})

describe('the renewal ahead of expiry', () => {
  it('R57: waits for nobody who is not there', async () => {
    const { asked } = await signedIn()
    vi.advanceTimersByTime(lifetimeSeconds * 1_000)
    expect(asked).toHaveLength(1)
  })

  it('R57: comes a minute ahead where there was input since the last refresh', async () => {
    const { session, asked } = await signedIn()
    session.noteInput()
    vi.advanceTimersByTime((lifetimeSeconds - 60) * 1_000 - 1)
    expect(asked).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(asked).toHaveLength(2)
  })

  it('R57: does not count the input that the last refresh has answered', async () => {
    const { session, asked, answer } = await signedIn()
    session.noteInput()
    vi.advanceTimersByTime((lifetimeSeconds - 60) * 1_000)
    answer(1, tokens('second'))
    await vi.advanceTimersByTimeAsync(lifetimeSeconds * 1_000)
    expect(asked).toHaveLength(2)
  })

  it('R57: comes with the first input after its time', async () => {
    const { session, asked } = await signedIn()
    vi.advanceTimersByTime(lifetimeSeconds * 1_000)
    session.noteInput()
    session.noteInput()
    expect(asked).toHaveLength(2)
  })

  it('that fails does not ask again at every key', async () => {
    const { session, asked, refuse } = await signedIn()
    vi.advanceTimersByTime(lifetimeSeconds * 1_000)
    session.noteInput()
    refuse(1, new TypeError('Failed to fetch'))
    await vi.advanceTimersByTimeAsync(1_000)
    session.noteInput()
    expect(asked).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(10_000)
    session.noteInput()
    expect(asked).toHaveLength(3)
  })
})

describe('sign-out', () => {
  it('tells the other tabs and leaves, once the server has heard of it', async () => {
    const { session, logouts, told, left } = await signedIn()
    const done = Promise.all([session.signOut(), session.signOut()])
    expect([...told, ...left]).toEqual([])
    logouts[0]?.resolve(null)
    await done
    expect(logouts).toHaveLength(1)
    expect(told).toEqual(['signed-out'])
    expect(left).toEqual(['signed-out'])
  })

  it('that the server did not hear of is none', async () => {
    const { session, logouts, told, left } = await signedIn()
    const done = session.signOut()
    logouts[0]?.reject(new TypeError('Failed to fetch'))
    await expect(done).rejects.toThrow('Failed to fetch')
    expect([...told, ...left]).toEqual([])
    expect(session.getState().status).toBe('signed-in')
  })

  it('stays one when a refresh that was under way still brings a token', async () => {
    const { session, answer, left } = await signedIn()
    const call = session.renew()
    session.signedOutElsewhere()
    answer(1, tokens('second'))
    await expect(call).rejects.toThrow(SessionEndedError)
    expect(session.getState()).toEqual({ status: 'signed-out' })
    expect(left).toEqual(['signed-out'])
  })

  it('is called by its name when a refresh learns of it first', async () => {
    const { session, refuse, logouts, left } = await signedIn()
    const call = session.renew()
    const done = session.signOut()
    refuse(1, refusal('invalid_grant'))
    await expect(call).rejects.toThrow(SessionEndedError)
    logouts[0]?.resolve(null)
    await done
    expect(left).toEqual(['signed-out'])
  })
})

interface Answer<Value> {
  promise: Promise<Value>
  resolve(value: Value): void
  reject(error: unknown): void
}

/** Promise.withResolvers, which Node 20 does not have. */
function createAnswer<Value>(): Answer<Value> {
  let settle: Omit<Answer<Value>, 'promise'> | undefined
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject }
  })
  if (!settle) throw new Error('A promise runs its executor at once')
  return { promise, ...settle }
}

function tokens(id: string, userId = 'user-1'): TokenResponse {
  const payload = Buffer.from(JSON.stringify({ sub: userId, sid: 'session-1', jti: id }))
  return {
    access_token: `e30.${payload.toString('base64url')}.signature`,
    token_type: 'bearer',
    expires_in: lifetimeSeconds,
    scope: 'me items:read',
  }
}

/** As @trpc/client makes it of the server's answer. */
function refusal(reason: ErrorReason, httpStatus = 401): TRPCClientError<never> {
  const data = { code: 'UNAUTHORIZED', httpStatus, path: 'auth.refresh', reason }
  return TRPCClientError.from({ error: { message: 'Refused', code: -32001, data } })
}
