// The session of one page: one refresh for all, renewed only when used, never cleared by a late refusal.

import { TRPCClientError } from '@trpc/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TokenResponse } from '../../server/contract/oauth.ts'
import {
  loneTab,
  makeNoAnswer,
  makeRefusal,
  makeTokenResponse,
  testTokenLifetime,
} from '../testing/browser-session-parts.ts'
import { createSession, SessionEndedError } from './session.ts'
import type { Tabs } from './tabs.ts'

const lifetimeMs = testTokenLifetime * 1_000
/** After this the token of a page in use is renewed. */
const renewalMs = lifetimeMs - 60_000

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A session whose refreshes the test answers by hand. */
function setUp({ tabs = loneTab } = {}) {
  const asked: Answer<TokenResponse>[] = []
  const left: string[] = []
  const told: string[] = []
  const logouts: Answer<null>[] = []
  const device = { sleptMs: 0 }
  const page = { hasUnsavedWork: false }
  const session = createSession({
    refresh: (signal) => {
      const answer = createAnswer<TokenResponse>()
      asked.push(answer)
      signal.addEventListener('abort', () => answer.reject(signal.reason))
      return answer.promise
    },
    logout: () => {
      const answer = createAnswer<null>()
      logouts.push(answer)
      return answer.promise
    },
    tabs: { ...tabs, tellSignedOut: () => told.push('signed-out') },
    hasUnsavedWork: () => page.hasUnsavedWork,
    leave: (reason) => left.push(reason),
    now: () => performance.now() + device.sleptMs,
  })
  const answer = (index: number, id: string, facts = {}) => {
    const response = makeTokenResponse({ id, ...facts })
    asked[index]?.resolve(response)
    return response.access_token
  }
  const refuse = (index: number, error: unknown) => asked[index]?.reject(error)
  return { session, asked, answer, refuse, left, told, logouts, device, page }
}

async function signedIn() {
  const set = setUp()
  const first = set.session.getAccessToken()
  await vi.advanceTimersByTimeAsync(0)
  set.answer(0, 'first')
  return { ...set, first: await first }
}

/** Signed in, refused, and with unsaved work on the page. */
async function paused() {
  const set = await signedIn()
  set.page.hasUnsavedWork = true
  const call = set.session.renew(set.first)
  await vi.advanceTimersByTimeAsync(0)
  set.refuse(1, makeRefusal('invalid_grant'))
  await vi.advanceTimersByTimeAsync(0)
  return { ...set, call }
}

describe('a refresh', () => {
  it('is shared by all who ask before the first token is there', async () => {
    const { session, asked, answer } = setUp()
    const calls = Array.from({ length: 50 }, () => session.getAccessToken())
    await vi.advanceTimersByTimeAsync(0)
    const first = answer(0, 'first')
    expect(new Set(await Promise.all(calls))).toEqual(new Set([first]))
    expect(asked).toHaveLength(1)
    expect(session.getState()).toMatchObject({
      status: 'signed-in',
      token: { scopes: ['me', 'me:write'], userId: 'user-1', sessionId: 'session-1' },
    })
  })

  it('is not repeated for a late refusal of a token that has been replaced since', async () => {
    const { session, asked, answer, first } = await signedIn()
    const renewed = session.renew(first)
    await vi.advanceTimersByTimeAsync(0)
    const second = answer(1, 'second')
    await renewed
    expect(await session.renew(first)).toBe(second)
    expect(asked).toHaveLength(2)
  })

  it.each(['invalid_grant', 'not_authenticated'] as const)(
    'that is refused with %s ends the session: one way out, and nothing more is requested',
    async (reason) => {
      const { session, asked, refuse, left } = await signedIn()
      const calls = Array.from({ length: 50 }, () => session.renew())
      refuse(1, makeRefusal(reason))
      const outcomes = await Promise.allSettled(calls)
      expect(outcomes.every((outcome) => outcome.status === 'rejected')).toBe(true)
      await expect(session.getAccessToken()).rejects.toThrow(SessionEndedError)
      expect(left).toEqual(['expired'])
      expect(asked).toHaveLength(2)
      expect(session.getState()).toEqual({ status: 'signed-out' })
    },
  )

  it.each([
    ['without an answer', makeNoAnswer()],
    ['with 503', makeRefusal('unavailable', 503)],
    ['as cross-site', makeRefusal('cross_site', 403)],
  ])('that fails %s signs no one out, and can be tried again', async (_how, error) => {
    const { session, refuse, answer, left } = await signedIn()
    const call = session.renew()
    refuse(1, error)
    await expect(call).rejects.toBe(error)
    const again = session.renew()
    const second = answer(2, 'second')
    expect(await again).toBe(second)
    expect(left).toEqual([])
  })

  it('that is the first and gets no answer leaves the page waiting, not signed out', async () => {
    const { session, refuse, answer, left } = setUp()
    const call = session.getAccessToken()
    await vi.advanceTimersByTimeAsync(0)
    refuse(0, makeNoAnswer())
    await expect(call).rejects.toThrow('Failed to fetch')
    expect(session.getState().status).toBe('unreachable')
    const again = session.renew()
    answer(1, 'first')
    await again
    expect(session.getState().status).toBe('signed-in')
    expect(left).toEqual([])
  })

  it('without a cookie on a fresh page is not an expiry: no one was signed in', async () => {
    const { session, refuse, left } = setUp()
    const call = session.renew()
    refuse(0, makeRefusal('not_authenticated'))
    await expect(call).rejects.toThrow(SessionEndedError)
    expect(left).toEqual(['not-signed-in'])
  })

  it('that brings another user’s token starts the page over, and gives the token to no call', async () => {
    const { session, answer, left } = await signedIn()
    const call = session.renew()
    answer(1, 'second', { userId: 'user-2' })
    await expect(call).rejects.toThrow(SessionEndedError)
    expect(left).toEqual(['another-user'])
  })
})

describe('the clock', () => {
  it('has run out when the server’s has: the token is renewed before any call goes out', async () => {
    const { session, asked, answer, device } = await signedIn()
    // Asleep: time goes on, and no timer fires.
    device.sleptMs = lifetimeMs
    const calls = Array.from({ length: 50 }, () => session.getAccessToken())
    const second = answer(1, 'second')
    expect(new Set(await Promise.all(calls))).toEqual(new Set([second]))
    expect(asked).toHaveLength(2)
  })

  it('counts from when the token was requested, however slow the answer was', async () => {
    const { session, asked, answer } = setUp()
    const first = session.getAccessToken()
    const issuedAtMs = Date.now()
    await vi.advanceTimersByTimeAsync(15_000)
    answer(0, 'first', { issuedAtMs })
    await first
    await vi.advanceTimersByTimeAsync(lifetimeMs - 15_000)
    void session.getAccessToken()
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toHaveLength(2)
  })

  it.each([-11, 11])(
    'of the device does not matter, whether wrong by %i hours or set meanwhile',
    async (hours) => {
      const serverMs = Date.now()
      vi.setSystemTime(serverMs + hours * 3_600_000)
      const { session, asked, answer } = setUp()
      const first = session.getAccessToken()
      const token = answer(0, 'first', { issuedAtMs: serverMs })
      await first
      vi.setSystemTime(serverMs - hours * 3_600_000)
      session.noteInput()
      session.wake()
      await vi.advanceTimersByTimeAsync(renewalMs - 2_000)
      expect(await session.getAccessToken()).toBe(token)
      expect(asked).toHaveLength(1)
      await vi.advanceTimersByTimeAsync(2_000)
      expect(asked).toHaveLength(2)
    },
  )
})

describe('the renewal ahead of expiry', () => {
  it('R57: does not happen while the user is away', async () => {
    const { session, asked } = await signedIn()
    await vi.advanceTimersByTimeAsync(lifetimeMs)
    session.wake()
    expect(asked).toHaveLength(1)
  })

  it('R57: comes a minute ahead where there was input since the last refresh', async () => {
    const { session, asked } = await signedIn()
    session.noteInput()
    // A second earlier, because the server cuts its `iat` to whole ones.
    await vi.advanceTimersByTimeAsync(renewalMs - 2_000)
    expect(asked).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(asked).toHaveLength(2)
  })

  it('R57: does not count input from before the last refresh', async () => {
    const { session, asked, answer } = await signedIn()
    session.noteInput()
    await vi.advanceTimersByTimeAsync(renewalMs)
    answer(1, 'second')
    await vi.advanceTimersByTimeAsync(lifetimeMs)
    expect(asked).toHaveLength(2)
  })

  it('R57: comes with the first input after its time', async () => {
    const { session, asked } = await signedIn()
    await vi.advanceTimersByTimeAsync(lifetimeMs)
    session.noteInput()
    session.noteInput()
    expect(asked).toHaveLength(2)
  })

  it('is made up for on waking, where its timer slept', async () => {
    const { session, asked, device } = await signedIn()
    session.noteInput()
    device.sleptMs = lifetimeMs
    session.wake()
    session.wake()
    expect(asked).toHaveLength(2)
  })
})

describe('without an answer', () => {
  it('the refresh is retried automatically, less and less often, and not at every key', async () => {
    const { session, asked, refuse } = await signedIn()
    session.noteInput()
    await vi.advanceTimersByTimeAsync(renewalMs)
    for (const [index, waitMs] of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000].entries()) {
      refuse(index + 1, makeNoAnswer())
      await vi.advanceTimersByTimeAsync(waitMs - 1)
      session.noteInput()
      session.wake()
      expect(asked).toHaveLength(index + 2)
      await vi.advanceTimersByTimeAsync(1)
      expect(asked).toHaveLength(index + 3)
    }
  })

  it('for twenty seconds the refresh counts as failed: no call waits forever', async () => {
    const { session, asked } = await signedIn()
    const call = session.renew()
    const outcome = expect(call).rejects.toThrow('No answer')
    await vi.advanceTimersByTimeAsync(20_000)
    await outcome
    void session.renew().catch(() => undefined)
    expect(asked).toHaveLength(3)
  })

  it('the page that is being opened retries as well', async () => {
    const { session, asked, answer, refuse } = setUp()
    session.renew().catch(() => undefined)
    refuse(0, makeNoAnswer())
    await vi.advanceTimersByTimeAsync(5_000)
    expect(asked).toHaveLength(2)
    answer(1, 'first')
    await vi.advanceTimersByTimeAsync(0)
    expect(session.getState().status).toBe('signed-in')
  })

  it('it is retried at once when the network is back', async () => {
    const { session, asked, refuse, left } = await signedIn()
    session.noteInput()
    await vi.advanceTimersByTimeAsync(renewalMs)
    refuse(1, makeNoAnswer())
    await vi.advanceTimersByTimeAsync(100)
    session.reconnect()
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toHaveLength(3)
    expect(left).toEqual([])
  })

  it('it is retried once more where it was sent before the network came back', async () => {
    const { session, asked, refuse } = await signedIn()
    session.noteInput()
    await vi.advanceTimersByTimeAsync(renewalMs)
    session.reconnect()
    refuse(1, makeNoAnswer())
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toHaveLength(3)
    refuse(2, makeNoAnswer())
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toHaveLength(3)
  })

  it('R57: a network that comes back renews nothing while the user is away', async () => {
    const { session, asked, refuse } = await signedIn()
    const call = session.renew()
    refuse(1, makeNoAnswer())
    await expect(call).rejects.toThrow('Failed to fetch')
    session.reconnect()
    await vi.advanceTimersByTimeAsync(lifetimeMs)
    expect(asked).toHaveLength(2)
  })

  it('the server’s own Retry-After is respected', async () => {
    const { session, asked, refuse } = setUp()
    session.renew().catch(() => undefined)
    const data = { code: 'X', httpStatus: 503, path: '', reason: 'unavailable', retry_after: 30 }
    refuse(0, TRPCClientError.from({ error: { message: 'Busy', code: -32_000, data } }))
    await vi.advanceTimersByTimeAsync(29_999)
    expect(asked).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(asked).toHaveLength(2)
  })
})

describe('R57: a stream or a poll', () => {
  it('gets the present token, and renews none while the user is away', async () => {
    const { session, asked, answer, first } = await signedIn()
    expect(await session.getTokenWhenUsed()).toBe(first)
    await vi.advanceTimersByTimeAsync(lifetimeMs)
    const waiting = Promise.all([session.getTokenWhenUsed(first), session.getTokenWhenUsed()])
    await vi.advanceTimersByTimeAsync(lifetimeMs)
    expect(asked).toHaveLength(1)
    session.noteInput()
    const second = answer(1, 'second')
    expect(await waiting).toEqual([second, second])
    expect(asked).toHaveLength(2)
  })

  it('takes the token that a call has brought', async () => {
    const { session, asked, answer, first } = await signedIn()
    const waiting = session.getTokenWhenUsed(first)
    const call = session.renew(first)
    const second = answer(1, 'second')
    expect(await waiting).toBe(second)
    expect(await call).toBe(second)
    expect(asked).toHaveLength(2)
  })

  it('fails with the session', async () => {
    const { session, first } = await signedIn()
    const waiting = session.getTokenWhenUsed(first)
    session.signedOutElsewhere()
    await expect(waiting).rejects.toThrow(SessionEndedError)
  })
})

describe('an expiry over unsaved work', () => {
  it('keeps the page, and lets its calls wait without asking again', async () => {
    const { session, asked, left } = await paused()
    void session.getAccessToken()
    session.noteInput()
    session.wake()
    session.reconnect()
    await vi.advanceTimersByTimeAsync(lifetimeMs)
    expect(session.getState()).toMatchObject({ status: 'paused', token: { userId: 'user-1' } })
    expect(asked).toHaveLength(2)
    expect(left).toEqual([])
  })

  it('lets the calls go once the same user has signed in again', async () => {
    const { session, answer, left, call } = await paused()
    const later = session.getAccessToken()
    const resumed = session.resume()
    const second = answer(2, 'second', { sessionId: 'session-2' })
    await resumed
    expect(await Promise.all([call, later])).toEqual([second, second])
    expect(session.getState()).toMatchObject({
      status: 'signed-in',
      token: { sessionId: 'session-2' },
    })
    expect(left).toEqual([])
  })

  it('starts the page over once another user has, and gives the token to no call', async () => {
    const { session, answer, left, call } = await paused()
    const resumed = session.resume()
    answer(2, 'second', { userId: 'user-2' })
    await expect(resumed).rejects.toThrow(SessionEndedError)
    await expect(call).rejects.toThrow(SessionEndedError)
    expect(left).toEqual(['another-user'])
  })

  it('stays paused where it is unknown who has', async () => {
    const { session, refuse, answer, call } = await paused()
    const resumed = session.resume()
    refuse(2, makeNoAnswer())
    await expect(resumed).rejects.toThrow('Failed to fetch')
    expect(session.getState().status).toBe('paused')
    const again = session.resume()
    const second = answer(3, 'second')
    await again
    expect(await call).toBe(second)
  })

  it('goes on by itself when the user signs in in another tab', async () => {
    const { session, answer, call } = await paused()
    session.takeFromTab(makeTokenResponse({ id: 'theirs', sessionId: 'session-2' }))
    const second = answer(2, 'second', { sessionId: 'session-2' })
    expect(await call).toBe(second)
  })

  it('asks once at a time, and again where the first refusal may have come before the sign-in', async () => {
    const { session, asked, answer, refuse, call } = await paused()
    session.takeFromTab(makeTokenResponse({ id: 'theirs', sessionId: 'session-2' }))
    const resumed = session.resume()
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toHaveLength(3)
    refuse(2, makeRefusal('invalid_grant'))
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toHaveLength(4)
    const second = answer(3, 'second', { sessionId: 'session-2' })
    await resumed
    expect(await call).toBe(second)
    expect(asked).toHaveLength(4)
  })

  it('is left, and its calls fail, when it is given up or signed out elsewhere', async () => {
    for (const [way, reason] of [
      ['abandon', 'expired'],
      ['signedOutElsewhere', 'signed-out'],
    ] as const) {
      const { session, left, call } = await paused()
      session[way]()
      await expect(call).rejects.toThrow(SessionEndedError)
      expect(left).toEqual([reason])
    }
  })

  it('lets a hundred calls wait, and no more', async () => {
    const { session, answer } = await paused()
    const calls = Array.from({ length: 150 }, () => session.getAccessToken())
    const outcomes = Promise.allSettled(calls)
    const resumed = session.resume()
    answer(2, 'second')
    await resumed
    const statuses = (await outcomes).map(({ status }) => status)
    expect(statuses.filter((status) => status === 'fulfilled')).toHaveLength(100)
  })
})

describe('another tab’s token', () => {
  it('is taken where it is newer, and saves the refresh', async () => {
    const { session, asked, first } = await signedIn()
    await vi.advanceTimersByTimeAsync(lifetimeMs)
    const theirs = makeTokenResponse({ id: 'theirs' })
    session.takeFromTab(theirs)
    expect(await session.getAccessToken()).toBe(theirs.access_token)
    expect(await session.renew(first)).toBe(theirs.access_token)
    expect(asked).toHaveLength(1)
  })

  it('ends the wait for a turn, even if it has expired by now', async () => {
    let isBusy = false
    const tabs: Tabs = {
      ...loneTab,
      askInTurn: (ask, spared) =>
        isBusy
          ? new Promise((resolve) => spared?.addEventListener('abort', () => resolve(undefined)))
          : ask(),
    }
    const { session, answer, asked } = setUp({ tabs })
    const first = session.getAccessToken()
    await vi.advanceTimersByTimeAsync(0)
    answer(0, 'first')
    await first
    isBusy = true
    const theirs = makeTokenResponse({ id: 'theirs', issuedAtMs: Date.now() + 10_000 })
    await vi.advanceTimersByTimeAsync(2 * lifetimeMs)
    const renewed = session.renew(await first)
    session.takeFromTab(theirs)
    expect(await renewed).toBe(theirs.access_token)
    expect(asked).toHaveLength(1)
  })

  it('corrects the clock that stood still while the device slept', async () => {
    const { session, asked } = await signedIn()
    const hourMs = 3_600_000
    session.takeFromTab(makeTokenResponse({ id: 'theirs', issuedAtMs: Date.now() + hourMs }))
    await vi.advanceTimersByTimeAsync(lifetimeMs)
    void session.getAccessToken()
    expect(asked).toHaveLength(2)
  })

  it.each([
    ['ends the session where it is refused again', true],
    ['keeps it where the next one is answered', false],
  ])('makes a refusal that comes after it one of the past: it %s', async (_what, isOver) => {
    const { session, asked, answer, refuse, left, first } = await signedIn()
    const call = session.renew(first)
    const theirs = makeTokenResponse({ id: 'theirs', issuedAtMs: Date.now() + 10_000 })
    session.takeFromTab(theirs)
    refuse(1, makeRefusal('invalid_grant'))
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toHaveLength(3)
    expect(session.getState()).toMatchObject({ token: { value: theirs.access_token } })
    if (isOver) {
      refuse(2, makeRefusal('invalid_grant'))
      await expect(call).rejects.toThrow(SessionEndedError)
    } else {
      const third = answer(2, 'third')
      expect(await call).toBe(third)
    }
    expect(left).toEqual(isOver ? ['expired'] : [])
  })

  it('is ignored where it is older: messages may be late', async () => {
    const { session, first } = await signedIn()
    session.takeFromTab(makeTokenResponse({ id: 'theirs', issuedAtMs: Date.now() - 60_000 }))
    expect(await session.getAccessToken()).toBe(first)
  })

  it.each([
    ['of another user', { userId: 'user-2', sessionId: 'session-2' }, ['another-user']],
    ['of another session of this user', { sessionId: 'session-2' }, []],
  ])('%s is never used: the cookie says whose this page is', async (_whose, theirs, leaves) => {
    const { session, asked, answer, left, first } = await signedIn()
    session.takeFromTab(makeTokenResponse({ id: 'theirs', ...theirs }))
    expect(session.getState()).toMatchObject({ token: { value: first } })
    expect(asked).toHaveLength(2)
    answer(1, 'ours', theirs)
    await vi.advanceTimersByTimeAsync(0)
    expect(left).toEqual(leaves)
  })

  it('does not help a page that does not know yet whose it is', async () => {
    const { session, asked, answer } = setUp()
    const call = session.getAccessToken()
    session.takeFromTab(makeTokenResponse({ id: 'theirs', userId: 'user-2' }))
    await vi.advanceTimersByTimeAsync(0)
    const first = answer(0, 'first')
    expect(await call).toBe(first)
    expect(asked).toHaveLength(1)
  })
})

describe('sign-out', () => {
  it('tells the other tabs and leaves, once it has reached the server', async () => {
    const { session, logouts, told, left } = await signedIn()
    const done = Promise.all([session.signOut(), session.signOut()])
    expect([...told, ...left]).toEqual([])
    logouts[0]?.resolve(null)
    await done
    expect(logouts).toHaveLength(1)
    expect(told).toEqual(['signed-out'])
    expect(left).toEqual(['signed-out'])
  })

  it('that does not reach the server does not count', async () => {
    const { session, logouts, told, left } = await signedIn()
    const done = session.signOut()
    logouts[0]?.reject(new TypeError('Failed to fetch'))
    await expect(done).rejects.toThrow('Failed to fetch')
    expect([...told, ...left]).toEqual([])
    expect(session.getState().status).toBe('signed-in')
  })

  it('still counts when a refresh in progress brings a token', async () => {
    const { session, answer, left } = await signedIn()
    const call = session.renew()
    session.signedOutElsewhere()
    answer(1, 'second')
    await expect(call).rejects.toThrow(SessionEndedError)
    expect(session.getState()).toEqual({ status: 'signed-out' })
    expect(left).toEqual(['signed-out'])
  })

  it('stays one when a refresh that was under way gets no answer', async () => {
    const { session, asked, refuse, left } = await signedIn()
    const call = session.renew()
    session.signedOutElsewhere()
    refuse(1, makeNoAnswer())
    await expect(call).rejects.toThrow(SessionEndedError)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(session.getState()).toEqual({ status: 'signed-out' })
    expect(asked).toHaveLength(2)
    expect(left).toEqual(['signed-out'])
  })

  it('is named as the reason when a refresh learns of it first', async () => {
    const { session, refuse, logouts, left } = await signedIn()
    const call = session.renew()
    const done = session.signOut()
    refuse(1, makeRefusal('invalid_grant'))
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
