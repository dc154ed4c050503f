// The link for subscriptions: it survives expiry, sleep and restarts, and keeps no session alive.

import { createTRPCUntypedClient } from '@trpc/client'
import { initTRPC, tracked } from '@trpc/server'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ErrorReason } from '../../../server/contract/app-error.ts'
import type { AppRouter } from '../../../server/trpc/router.ts'
import { createSession } from '../../session/session.ts'
import {
  loneTab,
  makeRefusal,
  makeTokenResponse,
  testTokenLifetime,
} from '../../testing/browser-session-parts.ts'
import { createChannels, createLocks } from '../../testing/browser-tabs.ts'
import { createPage, openConnection, type StreamConnection } from '../../testing/stream-parts.ts'
import { streamLink } from './stream-link.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('navigator', { locks: createLocks(0) })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A page with a session, and a server that keeps every connection open until the test ends it. */
function setUp(answer?: (request: Request) => Promise<Response>) {
  const connections: StreamConnection[] = []
  const left: string[] = []
  const server = { isDown: false, attempts: 0, refuses: new Map<string, ErrorReason>() }
  const refreshing = { count: 0, fails: undefined as unknown }
  const session = createSession({
    refresh: async () => {
      refreshing.count += 1
      if (refreshing.fails) throw refreshing.fails
      return makeTokenResponse({ id: `token-${refreshing.count}` })
    },
    logout: async () => null,
    tabs: loneTab,
    hasUnsavedWork: () => false,
    leave: (reason) => left.push(reason),
    now: () => performance.now(),
  })
  const page = createPage()
  const link = streamLink({
    url: 'http://keycard.invalid/trpc',
    tokens: session,
    window: page,
    openChannel: createChannels(1),
    now: () => performance.now(),
    async fetch(input, init) {
      const request = new Request(input, init)
      server.attempts += 1
      if (server.isDown) throw new TypeError('Failed to fetch')
      if (answer) return answer(request)
      const connection = openConnection(request)
      connections.push(connection)
      connection.send('connected', { reconnectAfterInactivityMs: 30_000 })
      const reason = server.refuses.get(connection.token)
      if (reason) connection.refuse(reason)
      return connection.response
    },
  })
  const heard = { data: [] as unknown[], started: 0, completed: 0, errors: [] as unknown[] }
  const client = createTRPCUntypedClient<AppRouter>({ links: [link] })
  const subscription = client.subscription('changes', undefined, {
    onStarted: () => {
      heard.started += 1
    },
    onData: (data) => heard.data.push(data),
    onError: (error) => heard.errors.push(error),
    onComplete: () => {
      heard.completed += 1
    },
  })
  const open = () => connections.filter(({ isOpen }) => isOpen())
  return { connections, open, heard, left, page, refreshing, server, session, subscription }
}

async function following() {
  const set = setUp()
  await tick()
  return set
}

const lifetimeMs = testTokenLifetime * 1_000

describe('a subscription', () => {
  it('R83: shows the token in a header, never in the address', async () => {
    const { connections, heard } = await following()
    expect(connections.map(({ url, token }) => [url, token])).toEqual([
      ['http://keycard.invalid/trpc/changes', 'token-1'],
    ])
    expect(heard).toMatchObject({ started: 1, errors: [] })
  })

  it('hands events on, and ends where the server or the reader ends it', async () => {
    const { connections, heard } = await following()
    connections[0]?.send('message', { title: 'Milk' })
    connections[0]?.send('return', '')
    await tick()
    expect(heard).toEqual({ data: [{ title: 'Milk' }], started: 1, completed: 1, errors: [] })

    const other = await following()
    other.subscription.unsubscribe()
    await tick()
    expect(other.open()).toEqual([])
  })

  it('speaks as tRPC’s own server does: tracked events, errors and the end', async () => {
    const t = initTRPC.create()
    const seen: string[] = []
    const router = t.router({
      changes: t.procedure.subscription(async function* ({ signal }) {
        yield tracked('7', 'first')
        if (seen.length > 1) return
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
      }),
    })
    const { heard, page } = setUp((req) => {
      seen.push(decodeURIComponent(new URL(req.url).search))
      return fetchRequestHandler({ endpoint: '/trpc', req, router })
    })
    await tick()
    expect(heard.data).toEqual([{ id: '7', data: 'first' }])
    page.show('hidden')
    await tick()
    page.show('visible')
    await tick()
    expect(seen).toEqual(['', '?input={"lastEventId":"7"}'])
    expect(heard).toMatchObject({ started: 2, completed: 1, errors: [] })
  })

  it('fails where the server refuses it for good: no refresh, no second try', async () => {
    const { heard, refreshing, server, connections } = setUp()
    server.refuses.set('token-1', 'insufficient_scope')
    await tick()
    expect(heard.errors).toMatchObject([{ data: { reason: 'insufficient_scope' } }])
    expect(connections).toHaveLength(1)
    expect(refreshing.count).toBe(1)
  })
})

describe('a token that expires under a stream', () => {
  it('is renewed where the page is used, and the stream goes on with the new one', async () => {
    const { connections, heard, session, refreshing } = await following()
    await vi.advanceTimersByTimeAsync(10_000)
    session.noteInput()
    connections[0]?.refuse('token_expired')
    await tick()
    expect(connections.map(({ token }) => token)).toEqual(['token-1', 'token-2'])
    expect(heard).toMatchObject({ started: 2, errors: [] })
    expect(refreshing.count).toBe(2)
  })

  it('R57: is not renewed where the user is away: the stream waits for input', async () => {
    const { connections, open, session, refreshing } = await following()
    connections[0]?.refuse('token_expired')
    await vi.advanceTimersByTimeAsync(10 * lifetimeMs)
    expect(open()).toEqual([])
    expect(refreshing.count).toBe(1)
    session.noteInput()
    await tick()
    expect(open().map(({ token }) => token)).toEqual(['token-2'])
  })

  it('is looked into at once where it ends early: the session is over, or has changed', async () => {
    const { connections, left, heard, refreshing } = await following()
    refreshing.fails = makeRefusal('invalid_grant')
    connections[0]?.refuse('invalid_token')
    await tick()
    expect(left).toEqual(['expired'])
    expect(heard.errors).toHaveLength(1)
    expect(connections).toHaveLength(1)
    expect(refreshing.count).toBe(2)
  })

  it('R56: is looked into again where a token that was here already is refused too', async () => {
    const { connections, left, heard, refreshing, session } = await following()
    await session.renew()
    refreshing.fails = makeRefusal('invalid_grant')
    connections[0]?.refuse('invalid_token')
    await tick()
    connections[1]?.refuse('invalid_token')
    await tick()
    expect(connections.map(({ token }) => token)).toEqual(['token-1', 'token-2'])
    expect(left).toEqual(['expired'])
    expect(heard.errors).toHaveLength(1)
  })

  it('is replaced only once where its successor is refused as well', async () => {
    const { connections, heard, refreshing, server } = setUp()
    server.refuses.set('token-1', 'invalid_token').set('token-2', 'invalid_token')
    await tick()
    expect(heard.errors).toMatchObject([{ data: { reason: 'invalid_token' } }])
    expect(connections).toHaveLength(2)
    expect(refreshing.count).toBe(2)
  })

  it('is replaced every time, where each has lasted for a while', async () => {
    const { connections, heard, open, page, session } = await following()
    for (let expiry = 0; expiry < 5; expiry += 1) {
      await vi.advanceTimersByTimeAsync(10_000)
      session.noteInput()
      open()[0]?.refuse('token_expired')
      await tick()
    }
    expect(connections).toHaveLength(6)

    // Also where the page was hidden meanwhile, and the next one has lasted only a moment.
    await vi.advanceTimersByTimeAsync(10_000)
    page.show('hidden')
    await tick()
    page.show('visible')
    await tick()
    open()[0]?.refuse('invalid_token')
    await tick()
    expect(connections).toHaveLength(8)
    expect(heard.errors).toEqual([])
  })
})

describe('a stream that breaks', () => {
  it('is opened again, less and less often while that fails', async () => {
    const { connections, open, server, heard } = await following()
    await vi.advanceTimersByTimeAsync(10_000)
    server.isDown = true
    connections[0]?.breakOff()
    await vi.advanceTimersByTimeAsync(62_000)
    expect(open()).toEqual([])
    // After 1, 2, 4, 8 seconds, and then every 15.
    expect(server.attempts).toBe(1 + 7)
    server.isDown = false
    await vi.advanceTimersByTimeAsync(15_000)
    expect(open()).toHaveLength(1)
    expect(heard).toMatchObject({ started: 2, errors: [] })
  })

  it('because there are too many is opened again when the server says', async () => {
    const { connections, open, heard, server } = await following()
    server.refuses.set('token-1', 'too_many_requests')
    connections[0]?.breakOff()
    await vi.advanceTimersByTimeAsync(2_000)
    server.refuses.clear()
    await vi.advanceTimersByTimeAsync(58_000)
    expect(open()).toEqual([])
    await vi.advanceTimersByTimeAsync(2_000)
    expect(open()).toHaveLength(1)
    expect(heard.errors).toEqual([])
  })

  it('silently is opened again once its pings stop', async () => {
    const { connections, open } = await following()
    for (let second = 0; second < 60; second += 10) {
      await vi.advanceTimersByTimeAsync(10_000)
      connections[0]?.send('ping', '')
    }
    expect(connections).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(30_000)
    await tick()
    expect(connections).toHaveLength(2)
    expect(open()).toHaveLength(1)
  })
})

describe('a page that is not visible', () => {
  it('has no stream: it is closed, and opened again when the page becomes visible', async () => {
    const { connections, open, page, heard } = await following()
    page.show('hidden')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(open()).toEqual([])
    expect(connections).toHaveLength(1)
    page.show('visible')
    await tick()
    expect(open()).toHaveLength(1)
    expect(heard).toMatchObject({ started: 2, errors: [] })
  })

  it('opens none for a reader who has gone meanwhile', async () => {
    const { connections, page, subscription } = await following()
    page.show('hidden')
    await tick()
    subscription.unsubscribe()
    page.show('visible')
    await tick()
    expect(connections).toHaveLength(1)
  })
})

/** Lets everything in progress finish. */
function tick(): Promise<unknown> {
  return vi.advanceTimersByTimeAsync(200)
}
