// A whole session under acts and answers in any order: what its machine promises holds for its timers and promises too.

import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { PageTokens } from '../../server/contract/oauth.ts'
import {
  loneTab,
  makeNoAnswer,
  makeRefusal,
  makeTokenResponse,
} from '../testing/browser-session-parts.ts'
import { createSession, type Session } from './session.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

interface Answer {
  resolve(response: PageTokens): void
  reject(error: unknown): void
}

function setUp() {
  const open = new Set<Answer>()
  const left: string[] = []
  const calls = { made: 0, settled: 0, mostRefreshes: 0 }
  const page = { hasUnsavedWork: false }
  const session = createSession({
    refresh: (signal) =>
      new Promise((resolve, reject) => {
        const answer = { resolve, reject }
        signal.addEventListener('abort', () => settle(answer, () => reject(signal.reason)))
        open.add(answer)
        calls.mostRefreshes = Math.max(calls.mostRefreshes, open.size)
      }),
    logout: async () => null,
    tabs: loneTab,
    hasUnsavedWork: () => page.hasUnsavedWork,
    leave: (reason) => left.push(reason),
    now: () => performance.now(),
  })
  function settle(answer: Answer, act: () => void): void {
    if (open.delete(answer)) act()
  }
  function answerAll(act: (answer: Answer) => void): void {
    for (const answer of open) settle(answer, () => act(answer))
  }
  function call(outcome: Promise<unknown>): void {
    calls.made += 1
    const settled = () => {
      calls.settled += 1
    }
    outcome.then(settled, settled)
  }
  return { session, open, left, calls, page, answerAll, call }
}
type Parts = ReturnType<typeof setUp>

let tokens = 0
function nextToken(facts = {}): PageTokens {
  tokens += 1
  return makeTokenResponse({ id: String(tokens), ...facts })
}
const otherSession = { sessionId: 'session-2' }
const otherUser = { ...otherSession, userId: 'user-2' }

const acts: Record<string, (set: Parts) => void> = {
  call: ({ session, call }) => call(session.getAccessToken()),
  'call that was refused': ({ session, call }) => call(session.renew(presentToken(session))),
  'call that was refused before': ({ session, call }) => call(session.renew('an older one')),
  stream: ({ session, call }) => call(session.getTokenWhenUsed(presentToken(session))),
  input: ({ session }) => session.noteInput(),
  wake: ({ session }) => session.wake(),
  reconnect: ({ session }) => session.reconnect(),
  'sign-in over the page': ({ session, call }) => call(session.resume()),
  'token of another tab': ({ session }) => session.takeFromTab(nextToken()),
  'token of another session': ({ session }) => session.takeFromTab(nextToken(otherSession)),
  type: ({ page }) => {
    page.hasUnsavedWork = !page.hasUnsavedWork
  },
  answer: ({ answerAll }) => answerAll(({ resolve }) => resolve(nextToken())),
  refuse: ({ answerAll }) => answerAll(({ reject }) => reject(makeRefusal('invalid_grant'))),
  'no answer': ({ answerAll }) => answerAll(({ reject }) => reject(makeNoAnswer())),
  'ten seconds': () => void vi.advanceTimersByTime(10_000),
  'twenty minutes': () => void vi.advanceTimersByTime(1_200_000),
}
const rareActs: typeof acts = {
  'answer for another user': ({ answerAll }) =>
    answerAll(({ resolve }) => resolve(nextToken(otherUser))),
  abandon: ({ session }) => session.abandon(),
  'sign-out': ({ session, call }) => call(session.signOut()),
  'sign-out elsewhere': ({ session }) => session.signedOutElsewhere(),
}

it('refreshes once at a time, stays ended, leaves once, and settles every call', async () => {
  const order = fc.array(
    fc.oneof(
      { weight: 10, arbitrary: fc.constantFrom(...Object.entries(acts)) },
      { weight: 1, arbitrary: fc.constantFrom(...Object.entries(rareActs)) },
    ),
    { minLength: 5, maxLength: 40, size: 'max' },
  )
  await fc.assert(
    fc.asyncProperty(order, async (steps) => {
      const set = setUp()
      const { session, left, calls, open } = set
      for (const [, act] of steps) {
        const wasEnded = session.getState().status === 'signed-out'
        act(set)
        await vi.advanceTimersByTimeAsync(0)
        expect(calls.mostRefreshes).toBeLessThanOrEqual(1)
        const isEnded = session.getState().status === 'signed-out'
        if (wasEnded) expect(isEnded).toBe(true)
        expect(left).toHaveLength(isEnded ? 1 : 0)
      }
      session.signedOutElsewhere()
      await vi.advanceTimersByTimeAsync(20_000)
      expect(open.size).toBe(0)
      expect(calls.settled).toBe(calls.made)
      expect(session.getState()).toEqual({ status: 'signed-out' })
      expect(vi.getTimerCount()).toBe(0)
    }),
    { numRuns: 150 },
  )
})

function presentToken(session: Session): string | undefined {
  const state = session.getState()
  return 'token' in state ? state.token.value : undefined
}
