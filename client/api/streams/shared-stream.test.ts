// One stream for all tabs of a browser: one leads, the next takes over, and where they cannot, no
// event is lost.

import { createTRPCUntypedClient } from '@trpc/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AppRouter } from '../../../server/trpc/router.ts'
import { createSession } from '../../session/session.ts'
import { loneTab, makeTokenResponse } from '../../testing/browser-session-parts.ts'
import {
  createChannels,
  createLocks,
  refusedLocks,
  silentLocks,
} from '../../testing/browser-tabs.ts'
import { createPage, openConnection, type StreamConnection } from '../../testing/stream-parts.ts'
import type { StreamMessage } from './shared-stream.ts'
import { streamLink } from './stream-link.ts'

const locksOf = {
  granted: () => createLocks(0),
  refused: () => refusedLocks,
  absent: () => undefined,
  silent: () => silentLocks,
}

interface BrowserOptions {
  locks?: keyof typeof locksOf
  /** Refused: they can be opened, and throw. */
  channels?: 'granted' | 'refused' | 'absent'
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A browser with a server whose first message says how many connections it has had. */
function openBrowser({ locks = 'granted', channels = 'granted' }: BrowserOptions = {}) {
  vi.stubGlobal('navigator', { locks: locksOf[locks]() })
  const openChannel = createChannels<StreamMessage>(1)
  const connections: StreamConnection[] = []
  const server = { isDown: false, attempts: 0 }
  let tabCount = 0

  function openTab({ sessionId = 'session-1' } = {}) {
    tabCount += 1
    const name = `tab ${tabCount}`
    const page = createPage()
    const refreshing = { count: 0 }
    const session = createSession({
      async refresh() {
        refreshing.count += 1
        return makeTokenResponse({ id: name, sessionId })
      },
      logout: async () => null,
      tabs: loneTab,
      hasUnsavedWork: () => false,
      leave: () => undefined,
      now: () => performance.now(),
    })
    const link = streamLink({
      url: 'http://keycard.invalid/trpc',
      tokens: session,
      window: page,
      now: () => performance.now(),
      openChannel(name) {
        if (channels === 'absent') return undefined
        const channel = openChannel(name)
        return channels === 'granted' ? channel : { ...channel, tell: () => false }
      },
      async fetch(input, init) {
        server.attempts += 1
        if (server.isDown) throw new TypeError('Failed to fetch')
        const connection = openConnection(new Request(input, init))
        connections.push(connection)
        connection.send('connected', { reconnectAfterInactivityMs: 40_000 })
        connection.send('message', `hello ${connections.length}`)
        return connection.response
      },
    })
    const heard = { data: [] as unknown[], started: 0, completed: 0, errors: [] as unknown[] }
    const subscription = createTRPCUntypedClient<AppRouter>({ links: [link] }).subscription(
      'changes',
      undefined,
      {
        onStarted: () => {
          heard.started += 1
        },
        onData: (data) => heard.data.push(data),
        onError: (error) => heard.errors.push(error),
        onComplete: () => {
          heard.completed += 1
        },
      },
    )
    return { name, page, heard, subscription, refreshing }
  }

  async function openTabs(count: number) {
    const tabs = Array.from({ length: count }, () => openTab())
    await pass(1_000)
    return tabs
  }
  const open = () => connections.filter(({ isOpen }) => isOpen())
  return { connections, open, openTab, openTabs, server }
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)

const lastHeard = (tabs: { heard: { data: unknown[] } }[]) =>
  tabs.map(({ heard }) => heard.data.at(-1))

/** With locks, and where the tabs have to elect their leader. */
const browsers: [name: string, options: BrowserOptions][] = [
  ['with locks', {}],
  ['without locks', { locks: 'absent' }],
  ['whose locks are refused', { locks: 'refused' }],
]

describe.each(browsers)('the tabs of a browser %s', (_name, options) => {
  it('have one stream, and each hears it from its beginning', async () => {
    const { open, openTab, openTabs } = openBrowser(options)
    const tabs = await openTabs(7)
    expect(open()).toHaveLength(1)
    open()[0]?.send('message', 'news')
    await pass(10)
    expect(lastHeard(tabs)).toEqual(Array(7).fill('news'))

    const late = openTab()
    await pass(1_000)
    expect(open()).toHaveLength(1)
    expect(late.heard.data).toHaveLength(1)
    expect(lastHeard([...tabs, late])).toEqual(Array(8).fill(late.heard.data[0]))
  })

  it.each([
    ['closed', (tab: { subscription: { unsubscribe(): void } }) => tab.subscription.unsubscribe()],
    ['hidden', (tab: { page: ReturnType<typeof createPage> }) => tab.page.show('hidden')],
    ['left', (tab: { page: ReturnType<typeof createPage> }) => tab.page.hear('pagehide')],
    ['frozen', (tab: { page: ReturnType<typeof createPage> }) => tab.page.hear('freeze')],
  ])('go on at once where the leading tab is %s', async (_how, end) => {
    const { connections, open, openTabs } = openBrowser(options)
    const tabs = await openTabs(4)
    const before = connections.length
    const leader = tabs.find(({ name }) => name === open()[0]?.token)
    if (!leader) throw new Error('No tab leads')
    end(leader)
    await pass(400)
    expect(open()).toHaveLength(1)
    expect(connections).toHaveLength(before + 1)
    const { length } = leader.heard.data
    open()[0]?.send('message', 'news')
    await pass(10)
    const others = tabs.filter((tab) => tab !== leader)
    expect(lastHeard(others)).toEqual(Array(3).fill('news'))
    expect(leader.heard.data).toHaveLength(length)
  })

  it('share one stream again where the server was away', async () => {
    const { open, openTabs, server } = openBrowser(options)
    const tabs = await openTabs(4)
    server.isDown = true
    for (const connection of open()) connection.breakOff()
    await pass(20_000)
    expect(open()).toEqual([])
    server.isDown = false
    await pass(20_000)
    expect(open()).toHaveLength(1)
    expect(tabs.map(({ heard }) => heard.errors)).toEqual([[], [], [], []])
    expect(new Set(lastHeard(tabs)).size).toBe(1)
  })

  it('all learn of the end of their session, and of the end of the stream', async () => {
    const { open, openTabs } = openBrowser(options)
    const tabs = await openTabs(3)
    open()[0]?.refuse('invalid_token')
    await pass(1_000)
    expect(tabs.map(({ refreshing }) => refreshing.count)).toEqual([2, 2, 2])
    expect(open()).toHaveLength(1)
    open()[0]?.send('return', '')
    await pass(1_000)
    expect(tabs.map(({ heard }) => [heard.completed, heard.errors])).toEqual(Array(3).fill([1, []]))
    expect(open()).toEqual([])
  })

  it('of two sessions hear nothing of each other', async () => {
    const { open, openTab } = openBrowser(options)
    const [one, other] = [openTab({ sessionId: 'one' }), openTab({ sessionId: 'other' })]
    await pass(1_000)
    expect(open()).toHaveLength(2)
    open()[0]?.send('message', 'news')
    await pass(10)
    expect(lastHeard([one, other])).toEqual(['news', 'hello 2'])
  })
})

it('still get one stream where locks never answer', async () => {
  const { open, openTabs } = openBrowser({ locks: 'silent' })
  const tabs = await openTabs(7)
  await pass(4_000)
  expect(open()).toHaveLength(1)
  expect(new Set(lastHeard(tabs)).size).toBe(1)
})

describe('a leader', () => {
  it('that hangs is detected by the next tab, which takes over the lead', async () => {
    const { open, openTab } = openBrowser()
    const hang = () => new Promise(() => undefined)
    const held = navigator.locks.request('keycard:stream:session-1:changes', {}, hang)
    held.catch(() => undefined)
    const tab = openTab()
    await pass(1_000)
    expect(open()).toEqual([])
    await pass(1_500)
    expect(open()).toHaveLength(1)
    expect(tab.heard).toMatchObject({ started: 1, errors: [] })
  })

  it('whose connection is dead without its knowing is followed by another', async () => {
    const { connections, openTabs } = openBrowser()
    const tabs = await openTabs(3)
    const [dead] = connections.slice(-1)
    await pass(45_000)
    expect(dead?.isOpen()).toBe(false)
    expect(connections.filter(({ isOpen }) => isOpen())).toHaveLength(1)
    expect(new Set(lastHeard(tabs)).size).toBe(1)
  })

  it('shares no tracked stream with a tab that is elsewhere in it', async () => {
    const { open, openTab, openTabs } = openBrowser()
    const [first] = await openTabs(1)
    open()[0]?.sendTracked('7', 'seventh')
    await pass(10)
    const late = openTab()
    await pass(1_000)
    expect(open()).toHaveLength(2)
    open()[1]?.sendTracked('6', 'sixth')
    await pass(10)
    expect(first?.heard.data.at(-1)).toEqual({ id: '7', data: 'seventh' })
    expect(late.heard.data.at(-1)).toEqual({ id: '6', data: 'sixth' })
  })
})

describe.each([
  ['are not there', 'absent'],
  ['are refused', 'refused'],
] as const)('where channels %s', (_how, channels) => {
  it('each tab polls, and none holds a connection', async () => {
    const { connections, open, openTabs } = openBrowser({ channels })
    const tabs = await openTabs(7)
    expect(open()).toEqual([])
    expect(connections).toHaveLength(7)
    await pass(10_000)
    expect(connections).toHaveLength(14)
    expect(tabs.map(({ heard }) => [heard.data.length, heard.errors])).toEqual(
      Array(7).fill([2, []]),
    )
  })
})
