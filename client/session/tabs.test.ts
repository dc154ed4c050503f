// The tabs of one browser: one refreshes and the others take its token, and none waits for long.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TokenResponse } from '../../server/contract/oauth.ts'
import {
  makeNoAnswer,
  makeTokenResponse,
  testTokenLifetime,
} from '../testing/browser-session-parts.ts'
import { createChannels, createLocks, refusedLocks, silentLocks } from '../testing/browser-tabs.ts'
import { takeRefreshTurn } from './refresh-turn.ts'
import { createSession, type Session } from './session.ts'
import { joinTabs, type TabMessage } from './tabs.ts'

const lockMs = 1
const answerMs = 30

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

interface BrowserOptions {
  locks?: 'granted' | 'refused' | 'silent' | 'absent'
  hasChannel?: boolean
  /** A message takes longer than a lock, which is the hard case. */
  messageMs?: number
}

/** A browser with one cookie: every tab that refreshes gets the next token. */
function openBrowser({
  locks = 'granted',
  hasChannel = true,
  messageMs = 20,
}: BrowserOptions = {}) {
  const locksOf = {
    granted: createLocks(lockMs),
    refused: refusedLocks,
    silent: silentLocks,
    absent: undefined,
  }
  vi.stubGlobal('navigator', { locks: locksOf[locks] })
  const openChannel = createChannels<TabMessage>(messageMs)
  const left: string[] = []
  const server = { refreshes: 0, answer: answerLater }

  function answerLater(): Promise<TokenResponse> {
    const response = makeTokenResponse({ id: String(server.refreshes) })
    return new Promise((resolve) => setTimeout(() => resolve(response), answerMs))
  }

  function openTab(): Session {
    const session: Session = createSession({
      refresh() {
        server.refreshes += 1
        return server.answer()
      },
      logout: async () => null,
      tabs: joinTabs({
        channel: hasChannel ? openChannel('keycard:session') : undefined,
        takeTurn: takeRefreshTurn,
        onSignedOut: () => session.signedOutElsewhere(),
        onToken: (response) => session.takeFromTab(response),
      }),
      hasUnsavedWork: () => false,
      leave: (reason) => left.push(reason),
      now: () => performance.now(),
    })
    return session
  }

  async function openTabs(count: number): Promise<Session[]> {
    const tabs: Session[] = []
    for (let number = 0; number < count; number += 1) {
      const tab = openTab()
      tabs.push(tab)
      await settle(tab.getAccessToken())
    }
    await vi.advanceTimersByTimeAsync(messageMs)
    server.refreshes = 0
    return tabs
  }
  return { server, left, openTabs }
}

/** Lets an hour pass, unless it is done before. */
async function settle<Value>(work: Promise<Value>): Promise<Value> {
  let isDone = false
  const outcome = work.finally(() => {
    isDone = true
  })
  outcome.catch(() => undefined)
  for (let ms = 0; ms < 3_600_000 && !isDone; ms += 1) await vi.advanceTimersByTimeAsync(1)
  return outcome
}

describe('tabs in step', () => {
  it('make one refresh for each expiry: 20 tabs, 50 expiries, no one signed out', async () => {
    const { server, left, openTabs } = openBrowser()
    const tabs = await openTabs(20)
    for (let expiry = 1; expiry <= 50; expiry += 1) {
      await vi.advanceTimersByTimeAsync(testTokenLifetime * 1_000)
      const tokens = await settle(Promise.all(tabs.map((tab) => tab.getAccessToken())))
      expect(new Set(tokens).size).toBe(1)
      expect(server.refreshes).toBe(expiry)
    }
    expect(left).toEqual([])
  })

  it('ask the server once where the refusals reach them one after the other', async () => {
    const { server, openTabs } = openBrowser()
    const tabs = await openTabs(5)
    await vi.advanceTimersByTimeAsync(10_000)
    const refused = await settle(Promise.all(tabs.map((tab) => tab.getAccessToken())))
    const renewals = tabs.map(async (tab, index) => {
      await new Promise((resolve) => setTimeout(resolve, index * (answerMs / 2)))
      return tab.renew(refused[index])
    })
    expect(new Set(await settle(Promise.all(renewals))).size).toBe(1)
    expect(server.refreshes).toBe(1)
  })

  it.each([
    ['in the moment in which the token is on its way to it', 20, answerMs + 10],
    ['while the first still asks, and its message is slow', 400, answerMs / 2],
  ])('ask once, where the second is refused %s', async (_when, messageMs, laterMs) => {
    const { server, openTabs } = openBrowser({ messageMs })
    const [first, second] = await openTabs(2)
    const refused = await first?.getAccessToken()
    await vi.advanceTimersByTimeAsync(10_000)
    const renewed = first?.renew(refused)
    await vi.advanceTimersByTimeAsync(laterMs)
    const taken = settle(second?.renew() ?? Promise.reject(new Error('no tab')))
    expect(await taken).toBe(await renewed)
    expect(server.refreshes).toBe(1)
  })

  it('renew ahead together: only the tab that is used asks', async () => {
    const { server, openTabs } = openBrowser()
    const [used, ...others] = await openTabs(3)
    used?.noteInput()
    await vi.advanceTimersByTimeAsync(testTokenLifetime * 1_000)
    expect(server.refreshes).toBe(1)
    for (const other of others)
      expect(await other.getAccessToken()).toBe(await used?.getAccessToken())
    expect(server.refreshes).toBe(1)
  })

  it('R76: leave together when one signs out', async () => {
    const { left, openTabs } = openBrowser()
    const [first] = await openTabs(3)
    await settle(first?.signOut() ?? Promise.reject(new Error('no tab')))
    await vi.advanceTimersByTimeAsync(100)
    expect(left).toEqual(['signed-out', 'signed-out', 'signed-out'])
  })
})

describe('a tab that has the turn', () => {
  it('and hangs keeps the others waiting for at most three seconds', async () => {
    const { server, openTabs } = openBrowser()
    const [frozen, waiting] = await openTabs(2)
    server.answer = () => new Promise(() => undefined)
    void frozen?.renew()
    await vi.advanceTimersByTimeAsync(100)
    const response = makeTokenResponse({ id: 'after all' })
    server.answer = async () => response
    const renewed = waiting?.renew()
    await vi.advanceTimersByTimeAsync(2_900)
    expect(server.refreshes).toBe(1)
    await vi.advanceTimersByTimeAsync(200)
    expect(await renewed).toBe(response.access_token)
  })

  it('and gets no answer says so: the next asks at once', async () => {
    const { server, openTabs } = openBrowser()
    const [first, second] = await openTabs(2)
    server.answer = () => Promise.reject(makeNoAnswer())
    const failing = Promise.allSettled([first?.renew(), second?.renew()])
    await vi.advanceTimersByTimeAsync(200)
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(server.refreshes).toBe(2)
  })
})

describe('a browser without', () => {
  it.each([
    ['locks', { locks: 'absent' }],
    ['locks that it lets be used', { locks: 'refused' }],
    ['locks that answer', { locks: 'silent' }],
    ['channels', { hasChannel: false }],
    ['both', { locks: 'absent', hasChannel: false }],
  ] as const)('%s: every tab still gets its token', async (_what, options) => {
    const { left, openTabs } = openBrowser(options)
    const tabs = await openTabs(3)
    await vi.advanceTimersByTimeAsync(testTokenLifetime * 1_000)
    await settle(Promise.all(tabs.map((tab) => tab.getAccessToken())))
    expect(left).toEqual([])
  })
})
