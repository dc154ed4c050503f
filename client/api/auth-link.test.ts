// The link that shows the token, against a three-line server that decides by the token alone.

import { createTRPCClient, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { describe, expect, it } from 'vitest'
import type { ErrorReason } from '../../server/contract/app-error.ts'
import type { AppRouter } from '../../server/trpc/router.ts'
import { createSession } from '../session/session.ts'
import {
  loneTab,
  makeNoAnswer,
  makeRefusal,
  makeTokenResponse,
} from '../testing/browser-session-parts.ts'
import { authLink, bearerHeader } from './auth-link.ts'

type Verdict = 'ok' | ErrorReason

/** A client with a real session; `judge` is the server, and every refresh brings the next token. */
function setUp(judge: (token: string) => Verdict, { hasUnsavedWork = false } = {}) {
  const seen: string[] = []
  const left: string[] = []
  let refreshes = 0
  let failRefresh: unknown
  let answered = Promise.resolve()
  const session = createSession({
    refresh: async () => {
      refreshes += 1
      const id = String(refreshes)
      if (failRefresh) throw failRefresh
      await answered
      return makeTokenResponse({ id, issuedAtMs })
    },
    logout: async () => null,
    tabs: loneTab,
    hasUnsavedWork: () => hasUnsavedWork,
    leave: (reason) => left.push(reason),
    now: () => performance.now(),
  })
  const server: TRPCLink<AppRouter> =
    () =>
    ({ op }) =>
      observable((observer) => {
        const shown = bearerHeader([op]).authorization?.replace('Bearer ', '') ?? ''
        seen.push(shown)
        // As over a network: the answer comes later.
        const timer = setTimeout(() => {
          const verdict = judge(shown)
          if (verdict !== 'ok') return observer.error(makeRefusal(verdict))
          observer.next({ result: { type: 'data', data: { message: shown, user: op.path } } })
          observer.complete()
        })
        return () => clearTimeout(timer)
      })
  const client = createTRPCClient<AppRouter>({ links: [authLink(session), server] })
  return {
    client,
    session,
    seen,
    left,
    countRefreshes: () => refreshes,
    failRefreshesWith: (error: unknown) => {
      failRefresh = error
    },
    holdRefreshes: (until: Promise<void>) => {
      answered = until
    },
  }
}

/** Accepts every token but the first. */
const refuseTheFirst = (shown: string): Verdict => (shown === token(1) ? 'token_expired' : 'ok')

describe('authLink', () => {
  it('holds the first call back until the first token is there', async () => {
    const { client, seen } = setUp(() => 'ok')
    await client.protected.query()
    expect(seen).toEqual([token(1)])
  })

  it('makes one refresh for 50 parallel calls with an expired token, and 50 successes', async () => {
    const { client, seen, countRefreshes, left } = setUp(refuseTheFirst)
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.protected.query()))
    expect(answers.map(({ message }) => message)).toEqual(Array(50).fill(token(2)))
    expect(countRefreshes()).toBe(2)
    expect(seen).toHaveLength(100)
    expect(left).toEqual([])
  })

  it('replays mutations like queries', async () => {
    const { client, seen } = setUp(refuseTheFirst)
    await client.account.updateProfile.mutate({ full_name: 'Ada' })
    expect(seen).toEqual([token(1), token(2)])
  })

  it.each(['token_expired', 'invalid_token', 'not_authenticated'] as const)(
    'replays a call only once when it is refused with %s again',
    async (reason) => {
      const { client, seen, countRefreshes, left } = setUp(() => reason)
      await expect(client.protected.query()).rejects.toMatchObject({ data: { reason } })
      expect(seen).toEqual([token(1), token(2)])
      expect(countRefreshes()).toBe(2)
      expect(left).toEqual([])
    },
  )

  it('fails each call once and leaves once when the refresh is refused', async () => {
    const { client, seen, session, countRefreshes, failRefreshesWith, left } = setUp(refuseTheFirst)
    await session.getAccessToken()
    failRefreshesWith(makeRefusal('invalid_grant'))
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, () => client.protected.query()),
    )
    expect(outcomes.map(reasonOf)).toEqual(Array(50).fill('token_expired'))
    expect(countRefreshes()).toBe(2)
    expect(left).toEqual(['expired'])
    await expect(client.protected.query()).rejects.toThrow('The session has ended')
    expect(seen).toHaveLength(50)
    expect(countRefreshes()).toBe(2)
  })

  it('fails the calls with the refresh’s own temporary fault, and signs no one out', async () => {
    const { client, session, failRefreshesWith, left } = setUp(refuseTheFirst)
    await session.getAccessToken()
    failRefreshesWith(makeNoAnswer())
    await expect(client.protected.query()).rejects.toThrow('Failed to fetch')
    failRefreshesWith(undefined)
    expect((await client.protected.query()).message).toBe(token(3))
    expect(left).toEqual([])
  })

  it('passes FORBIDDEN on: no refresh, no replay, no one signed out', async () => {
    const { client, seen, countRefreshes, left } = setUp(() => 'insufficient_scope')
    await expect(client.protected.query()).rejects.toMatchObject({
      data: { reason: 'insufficient_scope' },
    })
    expect(seen).toEqual([token(1)])
    expect(countRefreshes()).toBe(1)
    expect(left).toEqual([])
  })

  it('replays a call that is refused late with the present token, without a refresh', async () => {
    const { client, session, seen, countRefreshes } = setUp(refuseTheFirst)
    await session.getAccessToken()
    const late = client.protected.query()
    await session.renew()
    expect((await late).message).toBe(token(2))
    expect(seen).toEqual([token(1), token(2)])
    expect(countRefreshes()).toBe(2)
  })

  it.each([
    ['is here already', false],
    ['was asked for before', true],
  ])(
    'R56: looks into the second refusal too where the other token %s: all of a dead session are refused',
    async (_when, isUnderWay) => {
      const set = setUp(() => 'invalid_token')
      const { client, session, seen, holdRefreshes, failRefreshesWith, left } = set
      await session.getAccessToken()
      const late = client.protected.query().catch((error) => error)
      const later = new Promise<void>((resolve) => setTimeout(resolve, 20))
      if (isUnderWay) holdRefreshes(later)
      void session.renew()
      failRefreshesWith(makeRefusal('invalid_grant'))
      expect(await late).toMatchObject({ data: { reason: 'invalid_token' } })
      expect(seen).toEqual([token(1), token(2)])
      expect(left).toEqual(['expired'])
    },
  )

  it('holds the calls of a page with unsaved work, and sends each once more after a sign-in', async () => {
    const { client, seen, session, failRefreshesWith, left } = setUp(refuseTheFirst, {
      hasUnsavedWork: true,
    })
    await session.getAccessToken()
    failRefreshesWith(makeRefusal('invalid_grant'))
    const calls = Promise.all([
      client.account.updateProfile.mutate({ full_name: 'Ada' }),
      client.protected.query(),
    ])
    while (session.getState().status !== 'paused') await new Promise((go) => setTimeout(go))
    failRefreshesWith(undefined)
    await session.resume()
    await calls
    expect(seen).toEqual([token(1), token(1), token(3), token(3)])
    expect(left).toEqual([])
  })

  it('R57: sends an unattended call again only once the user is active', async () => {
    const { client, session, seen, countRefreshes } = setUp(refuseTheFirst)
    const poll = client.protected.query(undefined, { context: { unattended: true } })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(countRefreshes()).toBe(1)
    session.noteInput()
    await poll
    expect(seen).toEqual([token(1), token(2)])
  })

  it('looks into a refusal before expiry at once, unattended or not: the session may be over', async () => {
    const { client, seen } = setUp((shown) => (shown === token(1) ? 'invalid_token' : 'ok'))
    await client.protected.query(undefined, { context: { unattended: true } })
    expect(seen).toEqual([token(1), token(2)])
  })

  it('sends nothing for a call that is cancelled while the token is on its way', async () => {
    const { client, seen } = setUp(() => 'ok')
    const controller = new AbortController()
    const call = client.protected.query(undefined, { signal: controller.signal })
    controller.abort()
    await expect(call).rejects.toThrow()
    await new Promise((resolve) => setTimeout(resolve))
    expect(seen).toEqual([])
  })
})

/** The same for every token: none may differ by the moment it was made. */
const issuedAtMs = Date.now()

function token(number: number): string {
  return makeTokenResponse({ id: String(number), issuedAtMs }).access_token
}

function reasonOf(outcome: PromiseSettledResult<unknown>): unknown {
  return outcome.status === 'rejected' ? outcome.reason.data?.reason : 'fulfilled'
}
