// sessions.*: where a user is signed in, over HTTP; and the list as it changes.

import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { maxStreamsOfUser } from '../auth/account/live-streams.ts'
import type { SessionTransport } from '../auth/sessions/session-rows.ts'
import type { NewSession } from '../auth/sessions/sessions.ts'
import { scopesOfRole } from '../contract/scopes.ts'
import type { Session, SessionChanges, SessionList } from '../contract/sessions.ts'
import { copySession } from '../testing/copied-sessions.ts'
import { insertUser } from '../testing/databases.ts'
import { type EventStream, openEventStream } from '../testing/event-stream.ts'
import { makeDeviceKnown } from '../testing/known-device.ts'
import { operator } from '../testing/operator.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'
import { createTestClock } from '../testing/test-clock.ts'
import { readAuthorizationHeaders } from '../web/authorization-header.ts'
import { appRouter } from './router.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'

const clock = createTestClock()
let keycard: TestApp
let url = ''
beforeAll(async () => {
  keycard = await openTestApp({ clock })
  url = await keycard.app.listen({ port: 0 })
})
afterAll(() => keycard.close())

/** A new user for each test, so that no one else's sessions are in the list. */
let userId = ''
beforeEach(async () => {
  userId = await insertUser(keycard.services.database)
})

interface SignIn extends Partial<NewSession> {
  transport?: SessionTransport
  deviceId?: string
}

/** As a grant does once the password was right; hashing it would cost time in each test. */
async function signIn(userAgent: string, { transport = 'cookie', deviceId, ...more }: SignIn = {}) {
  const { sessions, accessTokens } = keycard.services
  const { session, refreshToken } = await sessions.start({
    userId,
    scopes: scopesOfRole.user,
    holder: { clientId: 'keycard-web', transport },
    device: { address: '127.0.0.1', userAgent, deviceId },
    ...more,
  })
  const { token } = await accessTokens.issue({
    kind: 'user',
    userId: session.userId,
    sessionId: session.id,
    clientId: session.clientId,
    scopes: session.scopes,
    tokenVersion: 0,
  })
  return { accessToken: token, refreshToken, session }
}

function call(method: 'GET' | 'POST' | 'DELETE', path: string, accessToken: string) {
  return keycard.app.inject({
    method,
    url: `/api${path}`,
    headers: { authorization: `Bearer ${accessToken}` },
  })
}

async function list(accessToken: string): Promise<Session[]> {
  const answer = await call('GET', '/sessions', accessToken)
  expect(answer.statusCode).toBe(200)
  return answer.json<SessionList>().sessions
}

async function findOther(accessToken: string): Promise<Session> {
  const other = (await list(accessToken)).find(({ is_current }) => !is_current)
  if (!other) throw new Error('There is no other session')
  return other
}

async function opens(accessToken: string): Promise<boolean> {
  return (await call('GET', '/users/me', accessToken)).statusCode === 200
}

function lastEvent() {
  return keycard.services.database.kysely
    .selectFrom('audit_events')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('created_at_ms', 'desc')
    .executeTakeFirst()
}

describe('the list', () => {
  test('R61: lists each session with what its owner can recognise it by, the current one first', async () => {
    const script = { transport: 'bearer', scopes: ['users:read'] } as const
    await signIn('curl/8.5.0', script)
    clock.advance(60_000)
    const { accessToken } = await signIn(firefox, { rememberMe: true })
    clock.advance(60_000)
    const at = (ms: number) => new Date(clock.now() + ms).toISOString()
    const day = 86_400_000
    expect((await call('GET', '/sessions', accessToken)).json()).toEqual({
      total: 2,
      sessions: [
        {
          id: expect.stringMatching(/^[\w-]{22}$/),
          is_current: true,
          device: 'Firefox on Linux',
          is_new_device: true,
          address: '127.0.0.1',
          transport: 'cookie',
          client_id: 'keycard-web',
          client_name: 'Our own pages',
          scopes: scopesOfRole.user,
          persistent: true,
          created_at: at(-60_000),
          last_used_at: at(-60_000),
          expires_at: at(14 * day - 60_000),
          ends_at: at(30 * day - 60_000),
          idle_seconds: 14 * 24 * 60 * 60,
        },
        expect.objectContaining({
          is_current: false,
          device: 'curl',
          transport: 'bearer',
          scopes: ['users:read'],
          persistent: false,
          is_new_device: false,
          last_used_at: at(-120_000),
        }),
      ],
    })
  })

  test('R61: no user sees, ends or confirms another’s', async () => {
    const johndoe = await keycard.tokenFor('johndoe')
    const { accessToken, session } = await signIn(firefox)
    const theirs = await list(johndoe)
    expect(theirs.map(({ id }) => id)).not.toContain(session.id)
    for (const [method, path] of [
      ['DELETE', `/sessions/${session.id}`],
      ['POST', `/sessions/${session.id}/confirm`],
      ['DELETE', '/sessions/nonsense'],
    ] as const) {
      const answer = await call(method, path, johndoe)
      expect([answer.statusCode, answer.json()]).toEqual([
        404,
        { detail: 'There is no such session' },
      ])
    }
    expect(await opens(accessToken)).toBe(true)
  })

  test('does not list ended or expired sessions', async () => {
    const [ended] = [await signIn(firefox), await signIn(firefox)]
    await keycard.services.sessions.end(ended.session.id, 'signed_out')
    clock.advance(30 * 60_000)
    expect(await list((await signIn(firefox)).accessToken)).toHaveLength(1)
  })

  test('R61: at most a hundred can be live, and all of them are listed', async () => {
    const { accessToken, session } = await signIn(firefox)
    clock.advance(1)
    for (let count = 0; count < 101; count += 1) await signIn('curl/8', { transport: 'bearer' })
    const { sessions, total } = (await call('GET', '/sessions', accessToken)).json<SessionList>()
    expect([sessions.length, total]).toEqual([100, 100])
    expect(sessions[0]).toMatchObject({ id: session.id, is_current: true })
  })
})

describe('ending', () => {
  test('R58, R61: an ended session is refused, and the audit log says who ended which, and from where', async () => {
    const { accessToken } = await signIn(firefox)
    const other = await signIn(chrome, { transport: 'bearer' })
    const { id } = other.session
    await makeDeviceKnown(keycard.services.database, id)
    expect((await call('DELETE', `/sessions/${id}`, accessToken)).json()).toEqual({ id })
    expect(await opens(other.accessToken)).toBe(false)
    expect(await opens(accessToken)).toBe(true)
    expect(await lastEvent()).toMatchObject({
      event: 'session_ended',
      session_id: id,
      what: 'Chrome on Windows',
      why: 'ended_by_user',
      address: '127.0.0.1',
    })
    expect((await call('DELETE', `/sessions/${id}`, accessToken)).statusCode).toBe(404)
  })

  test('the current one is signed out', async () => {
    const { accessToken, session } = await signIn(firefox)
    await call('DELETE', `/sessions/${session.id}`, accessToken)
    expect(await opens(accessToken)).toBe(false)
    expect(await lastEvent()).toMatchObject({ event: 'signed_out', session_id: session.id })
  })

  test('R61: "everywhere else" ends all others, and counts them', async () => {
    const tokens = [
      (await signIn('curl/8.5.0', { transport: 'bearer' })).accessToken,
      (await signIn(chrome)).accessToken,
      (await signIn(firefox)).accessToken,
    ]
    const accessToken = tokens.at(-1) ?? ''
    expect((await call('DELETE', '/sessions', accessToken)).json()).toEqual({ ended: 2 })
    expect(await Promise.all(tokens.map(opens))).toEqual([false, false, true])
    expect(await lastEvent()).toMatchObject({ event: 'sessions_ended', why: 'ended_by_user' })
    expect((await call('DELETE', '/sessions', accessToken)).json()).toEqual({ ended: 0 })
  })
})

describe('a new device', () => {
  test('R97: “me” ends the notice, and only an older session may say so', async () => {
    const known = await signIn(firefox)
    clock.advance(1)
    const strange = await signIn(chrome)
    const { id } = strange.session
    clock.advance(1)
    // The thief signs in twice: the second session must not vouch for the first.
    const deviceId = strange.session.deviceId ?? ''
    const { accessToken: again, session: second } = await signIn(chrome, { deviceId })
    for (const [accessToken, statusCode] of [
      [strange.accessToken, 404],
      [again, 409],
    ] as const) {
      const refused = await call('POST', `/sessions/${id}/confirm`, accessToken)
      expect(refused.statusCode).toBe(statusCode)
    }
    await keycard.services.sessions.end(second.id, 'signed_out')
    expect(await findOther(known.accessToken)).toMatchObject({ id, is_new_device: true })
    expect((await call('POST', `/sessions/${id}/confirm`, known.accessToken)).json()).toEqual({
      id,
    })
    expect(await findOther(known.accessToken)).toMatchObject({ id, is_new_device: false })
    expect(await lastEvent()).toMatchObject({ event: 'device_confirmed', session_id: id })
  })

  test('a device that was not “me” is forgotten with its session; ending all others forgets none', async () => {
    const { accessToken } = await signIn(firefox)
    const { knownDevices } = keycard.services
    const stranger = await signIn(chrome)
    await call('DELETE', '/sessions', accessToken)
    expect(await knownDevices.isKnown(userId, stranger.session.deviceId ?? '')).toBe(true)

    clock.advance(1)
    const { id, deviceId } = (await signIn(chrome)).session
    await call('DELETE', `/sessions/${id}`, accessToken)
    expect(await lastEvent()).toMatchObject({ session_id: id, why: 'new_device_disowned' })
    expect(await knownDevices.isKnown(userId, deviceId ?? '')).toBe(false)
  })
})

describe('the stream of changes', () => {
  async function listen(accessToken: string): Promise<EventStream<SessionChanges>> {
    const stream = await openEventStream<SessionChanges>(`${url}/trpc/sessions.changes`, {
      authorization: `Bearer ${accessToken}`,
    })
    onTestFinished(() => stream.close())
    return stream
  }

  async function nextCount(stream: EventStream<SessionChanges>): Promise<number | string> {
    const event = await stream.next()
    return event.kind === 'data' ? event.data.total : event.kind
  }

  test('R61: gives the list at once, and again when a session begins, is confirmed, and ends', async () => {
    const { accessToken } = await signIn(firefox)
    clock.advance(1)
    const stream = await listen(accessToken)
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream')
    // R85: tRPC by itself sends another header.
    expect(stream.response.headers.get('cache-control')).toBe('no-store, no-transform')
    expect(await nextCount(stream)).toBe(1)
    const { id } = (await signIn(chrome)).session
    expect(await nextCount(stream)).toBe(2)
    await call('POST', `/sessions/${id}/confirm`, accessToken)
    expect(await stream.next()).toMatchObject({
      data: { is_whole: false, sessions: [{ id, is_new_device: false }], ended: [], total: 2 },
    })
    await call('DELETE', `/sessions/${id}`, accessToken)
    expect(await stream.next()).toMatchObject({
      data: { is_whole: false, sessions: [], ended: [id], total: 1 },
    })
  })

  test('with a hundred sessions, a refresh sends each of twenty streams only the one that changed, read once', async () => {
    const { accessToken, session } = await signIn(firefox, { rememberMe: true })
    await copySession(keycard.services.database, session.id, 98)
    const { refreshToken, session: refreshed } = await signIn(chrome)
    const streams: EventStream<SessionChanges>[] = []
    while (streams.length < maxStreamsOfUser) {
      const stream = await listen(accessToken)
      expect(await stream.next()).toMatchObject({ data: { is_whole: true, total: 100 } })
      streams.push(stream)
    }
    const read = vi.spyOn(keycard.services.sessions, 'listLive')
    onTestFinished(() => read.mockRestore())
    clock.advance(60_000)
    const device = { address: null, userAgent: null }
    const holder = { clientId: 'keycard-web', transport: 'cookie', device } as const
    await keycard.services.sessions.rotate(refreshToken, holder)
    const events = await Promise.all(streams.map((stream) => stream.next()))
    for (const event of events) {
      expect(event).toMatchObject({
        data: { is_whole: false, sessions: [{ id: refreshed.id }], ended: [], total: 100 },
      })
      expect(JSON.stringify(event).length).toBeLessThan(1_000)
    }
    expect(read).toHaveBeenCalledTimes(1)
  })

  test('says nothing of another user’s', async () => {
    const stream = await listen((await signIn(firefox)).accessToken)
    expect(await nextCount(stream)).toBe(1)
    await signIn(chrome, { userId: await insertUser(keycard.services.database) })
    await signIn(chrome)
    expect(await nextCount(stream)).toBe(2)
  })

  test('R64: ends with the access token, and says that it has expired', async () => {
    const stream = await listen((await signIn(firefox, { rememberMe: true })).accessToken)
    expect(await nextCount(stream)).toBe(1)
    clock.advance(15 * 60_000)
    expect(await stream.next()).toMatchObject({
      kind: 'error',
      data: { code: 'UNAUTHORIZED', reason: 'token_expired' },
    })
    expect(await stream.next()).toEqual({ kind: 'hung up' })
  })

  test.each<[string, (accessToken: string) => Promise<unknown>]>([
    ['its session is ended', (accessToken) => call('DELETE', '/sessions', accessToken)],
    ['the user is disabled', () => keycard.services.userAdministration.disable(userId, operator)],
  ])('R64: ends without showing the list again when %s', async (_name, revoke) => {
    const [doomed, other] = [await signIn(firefox), await signIn(chrome)]
    const stream = await listen(doomed.accessToken)
    expect(await nextCount(stream)).toBe(2)
    await revoke(other.accessToken)
    expect(await stream.next()).toMatchObject({
      kind: 'error',
      data: { code: 'UNAUTHORIZED', reason: 'invalid_token' },
    })
  })

  test('R25, R27: without a token, or with one too narrow, it says so and ends', async () => {
    const { accessToken } = await signIn(firefox, { scopes: ['users:read'] })
    for (const [headers, reason] of [
      [{}, 'not_authenticated'],
      [{ authorization: `Bearer ${accessToken}` }, 'insufficient_scope'],
    ] as const) {
      const stream = await openEventStream(`${url}/trpc/sessions.changes`, headers)
      expect(await stream.next()).toMatchObject({ kind: 'error', data: { reason } })
      expect(await stream.next()).toEqual({ kind: 'hung up' })
    }
  })

  test('R64: a user has at most 20, and a closed one no longer counts', async () => {
    const { accessToken } = await signIn(firefox)
    const streams: EventStream<SessionChanges>[] = []
    while (streams.length < maxStreamsOfUser) {
      const stream = await listen(accessToken)
      expect(await nextCount(stream)).toBe(1)
      streams.push(stream)
    }
    expect(await (await listen(accessToken)).next()).toMatchObject({
      kind: 'error',
      data: { code: 'TOO_MANY_REQUESTS', reason: 'too_many_requests', retry_after: 60 },
    })
    streams[0]?.close()
    await expect.poll(async () => nextCount(await listen(accessToken))).toBe(1)
  })

  test('R64: a client that hangs up gets no more events, and no uncaught error ends the process', async () => {
    const { accessToken } = await signIn(firefox)
    const { services } = keycard
    const authorization = readAuthorizationHeaders(['authorization', `Bearer ${accessToken}`])
    const socket = new AbortController()
    const caller = appRouter.createCaller(
      {
        services,
        device: { address: null, userAgent: null },
        knownDevice: () => expect.unreachable(),
        identify: () => services.identities.identify(authorization),
        refreshCookie: () => expect.unreachable(),
        deviceCookie: () => expect.unreachable(),
      },
      { signal: socket.signal },
    )
    const changes = (await caller.sessions.changes())[Symbol.asyncIterator]()
    expect((await changes.next()).value).toMatchObject({ total: 1 })
    // Requested ahead, as tRPC does, and not ready yet when the socket closes.
    const next = changes.next()
    socket.abort()
    expect(await next).toEqual({ done: true, value: undefined })
  })

  test('R64: a server that closes does not wait for it, nor for the connection it came on', async () => {
    const closing = await openTestApp()
    const address = await closing.app.listen({ port: 0 })
    // It keeps connections open for as long as it may.
    const agent = new Agent({ keepAlive: true })
    onTestFinished(() => agent.destroy())
    const authorization = `Bearer ${await closing.tokenFor('johndoe')}`
    const request = get(`${address}/trpc/sessions.changes`, { agent, headers: { authorization } })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    let said = ''
    response.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    await expect.poll(() => said).toContain('"total":1')
    const ended = once(response, 'end')
    await closing.close()
    await ended
    // It would tell the client not to come again.
    expect(said).not.toContain('event: return')
  })
})
