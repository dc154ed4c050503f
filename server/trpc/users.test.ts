// The admin's procedures, over tRPC and REST: who may call, what needs a fresh proof, who is logged.

import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { User } from '../contract/users.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'
import { createTestClock } from '../testing/test-clock.ts'

const clock = createTestClock()
let keycard: TestApp
let adminId: string

beforeAll(async () => {
  keycard = await openTestApp({ clock })
  adminId = (await keycard.services.users.findByLogin('admin'))?.id ?? ''
})
afterAll(() => keycard.close())

const password = 'four unrelated words here'
const newPassword = 'orchard lantern violet'
let usersMade = 0

async function makeUser(): Promise<User> {
  const username = `user-${++usersMade}`
  const answer = await call('users.create', { username, password }, await adminToken())
  expect(answer.statusCode).toBe(200)
  return dataOf(answer)
}

let token: string | undefined
beforeEach(() => {
  token = undefined
})

/** One sign-in for each test: it is fresh. */
async function adminToken(): Promise<string> {
  token ??= await keycard.tokenFor('admin')
  return token
}

function call(name: string, input: object, accessToken: string) {
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' }
  const isQuery = name === 'users.list'
  const query = isQuery ? `?input=${encodeURIComponent(JSON.stringify(input))}` : ''
  return keycard.app.inject({
    method: isQuery ? 'GET' : 'POST',
    url: `/trpc/${name}${query}`,
    headers,
    ...(!isQuery && { payload: JSON.stringify(input) }),
  })
}

type Answer = Awaited<ReturnType<typeof call>>

function dataOf<Data = User>(answer: Answer): Data {
  return answer.json<{ result: { data: Data } }>().result.data
}

function reasonOf(answer: Answer): string | undefined {
  return answer.json<{ error?: { data: { reason?: string } } }>().error?.data.reason
}

function signIn(username: string, withPassword: string) {
  return keycard.app.inject({
    method: 'POST',
    url: '/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ username, password: withPassword }).toString(),
  })
}

function entriesAbout(userId: string) {
  return keycard.services.database.kysely
    .selectFrom('audit_events')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('created_at_ms')
    .execute()
}

describe('users.list', () => {
  test('37. searches, sorts and pages, and returns what the table shows', async () => {
    const answer = await call(
      'users.list',
      { search: 'example', sort: 'created_at', order: 'desc', per_page: 2 },
      await adminToken(),
    )
    const page = dataOf<{ users: User[]; total: number }>(answer)
    expect(page).toMatchObject({ total: 3, page: 1, per_page: 2 })
    expect(page.users).toHaveLength(2)
    const found = await call('users.list', { search: 'ADA adm' }, await adminToken())
    expect(dataOf(found)).toMatchObject({
      total: 1,
      users: [
        {
          username: 'admin',
          last_seen_at: new Date(clock.now()).toISOString(),
          session_count: expect.any(Number),
          is_last_admin: true,
        },
      ],
    })
  })

  test.each([
    { sort: 'password_hash' },
    { order: 'random()' },
    { search: 'x'.repeat(101) },
    { search: '\0' },
  ])('%j is invalid_input', async (input) => {
    const answer = await call('users.list', input, await adminToken())
    expect([answer.statusCode, reasonOf(answer)]).toEqual([400, 'invalid_input'])
  })
})

describe('the changes', () => {
  test('a user is created, disabled, enabled, given a role and a password, and signed out', async () => {
    const input = { username: 'Grace', email: 'grace@example.com', full_name: 'Grace H', password }
    const made = dataOf(await call('users.create', input, await adminToken()))
    expect(made).toEqual({
      id: expect.stringMatching(/^[\w-]{22}$/),
      username: 'Grace',
      email: 'grace@example.com',
      full_name: 'Grace H',
      role: 'user',
      disabled: false,
      created_at: new Date(clock.now()).toISOString(),
    })
    const { id } = made
    const change = async (name: string, extra: object = {}) =>
      dataOf<object>(await call(`users.${name}`, { id, ...extra }, await adminToken()))

    expect((await signIn('grace', password)).statusCode).toBe(200)
    expect(await change('disable')).toMatchObject({ id, disabled: true })
    expect((await signIn('grace', password)).statusCode).toBe(401)
    expect(await change('enable')).toMatchObject({ id, disabled: false })
    expect(await change('setRole', { role: 'admin' })).toMatchObject({ id, role: 'admin' })
    expect((await signIn('grace', password)).json()).toMatchObject({
      scope: expect.stringContaining('users:write'),
    })
    expect(await change('setPassword', { password: newPassword })).toEqual({ sessions_ended: 1 })
    expect((await signIn('grace', newPassword)).statusCode).toBe(200)
    expect(await change('endSessions')).toEqual({ sessions_ended: 1 })
    await change('setRole', { role: 'user' })

    const entries = await entriesAbout(id)
    expect(entries.filter(({ actor_id }) => actor_id === adminId)).toHaveLength(7)
    expect(entries.find(({ event }) => event === 'user_disabled')).toMatchObject({
      client_id: 'keycard-web',
      address: '127.0.0.1',
      user_agent: 'lightMyRequest',
    })
  })

  test('every field that breaks its rule is named, and no password is repeated', async () => {
    const input = { username: 'a b', email: 'nope', full_name: '\t', password: 'geheim' }
    const answer = await call('users.create', input, await adminToken())
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({
      error: {
        data: {
          reason: 'invalid_input',
          fields: [
            { path: 'username' },
            { path: 'email' },
            { path: 'full_name' },
            { path: 'password' },
          ],
        },
      },
    })
    expect(answer.body).not.toContain('geheim')
    const taken = await call('users.create', { username: 'ADMIN', password }, await adminToken())
    expect(taken.json()).toMatchObject({
      error: { data: { code: 'CONFLICT', fields: [{ path: 'username' }] } },
    })
  })

  test('38. the last admin cannot be removed, and the answer says why', async () => {
    const input = { id: adminId, role: 'user' }
    const answer = await call('users.setRole', input, await adminToken())
    expect(answer.statusCode).toBe(409)
    expect(answer.json()).toMatchObject({
      error: {
        message: 'This is the last admin who can sign in: add another admin first',
        data: { reason: 'conflict' },
      },
    })
    const disabled = await call('users.disable', { id: adminId }, await adminToken())
    expect([disabled.statusCode, reasonOf(disabled)]).toEqual([409, 'conflict'])
  })
})

describe('R65: an admin’s change, six minutes after the sign-in', () => {
  const changes: [string, (user: User) => object][] = [
    ['users.create', () => ({ username: `by-admin-${++usersMade}`, password })],
    ['users.disable', ({ id }) => ({ id })],
    ['users.enable', ({ id }) => ({ id })],
    ['users.unlock', ({ id }) => ({ id })],
    ['users.setRole', ({ id }) => ({ id, role: 'admin' })],
    ['users.setPassword', ({ id }) => ({ id, password: newPassword })],
    ['users.endSessions', ({ id }) => ({ id })],
  ]

  test.each(changes)('%s asks for the password, and is done with it', async (name, inputFor) => {
    const input = inputFor(await makeUser())
    const accessToken = await adminToken()
    clock.advance(6 * 60_000)
    const asked = await call(name, input, accessToken)
    expect([asked.statusCode, reasonOf(asked)]).toEqual([403, 'reauthentication_required'])
    const wrong = await call(name, { ...input, current_password: 'wrong' }, accessToken)
    expect([wrong.statusCode, reasonOf(wrong)]).toEqual([401, 'invalid_credentials'])
    const right = { ...input, current_password: 'admin-secret' }
    expect((await call(name, right, accessToken)).statusCode).toBe(200)
  })

  test('one proof counts for all of them for five minutes, in its session and in no other', async () => {
    const { id } = await makeUser()
    const other = await keycard.tokenFor('admin')
    const accessToken = await adminToken()
    clock.advance(6 * 60_000)
    const proof = { method: 'password', password: 'admin-secret' }
    const proved = await call('auth.reauthenticate', { proof }, accessToken)
    expect(dataOf<object>(proved)).toEqual({ expires_in: 300 })
    for (const [name, inputFor] of changes) {
      expect((await call(name, inputFor({ id } as User), accessToken)).statusCode).toBe(200)
      expect(reasonOf(await call(name, inputFor({ id } as User), other))).toBe(
        'reauthentication_required',
      )
    }
    clock.advance(5 * 60_000)
    expect((await call('users.enable', { id }, accessToken)).statusCode).toBe(200)
    clock.advance(1)
    expect(reasonOf(await call('users.enable', { id }, accessToken))).toBe(
      'reauthentication_required',
    )
  })
})

describe('a machine', () => {
  async function machineToken(scopes: ('users:read' | 'users:write')[]): Promise<string> {
    const clientId = `robot-${++usersMade}`
    const { secret } = await keycard.services.clients.add({
      id: clientId,
      name: 'Robot',
      isConfidential: true,
      isFirstParty: false,
      grants: ['client_credentials'],
      scopes,
    })
    const answer = await keycard.app.inject({
      method: 'POST',
      url: '/token',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
      },
      payload: 'grant_type=client_credentials',
    })
    return answer.json<{ access_token: string }>().access_token
  }

  test('R114: with users:write it may make every change, and is logged by its id', async () => {
    const accessToken = await machineToken(['users:write'])
    clock.advance(6 * 60_000)
    const input = { username: `made-by-${usersMade}`, password, role: 'admin' }
    const { id } = dataOf(await call('users.create', input, accessToken))
    await call('users.setPassword', { id, password: newPassword }, accessToken)
    await call('users.setRole', { id, role: 'user' }, accessToken)
    const robot = `robot-${usersMade}`
    const entries = await entriesAbout(id)
    expect(entries.map(({ event }) => event).sort()).toEqual([
      'password_set_by_admin',
      'role_changed',
      'user_created',
    ])
    for (const entry of entries) expect(entry).toMatchObject({ actor_id: robot, client_id: robot })
  })

  test('R27: with users:read it changes no user', async () => {
    const { id } = await makeUser()
    const accessToken = await machineToken(['users:read'])
    for (const name of ['users.disable', 'users.endSessions']) {
      const answer = await call(name, { id }, accessToken)
      expect([answer.statusCode, reasonOf(answer)]).toEqual([403, 'insufficient_scope'])
    }
    expect((await call('users.list', {}, accessToken)).statusCode).toBe(200)
  })
})

describe('the REST twins', () => {
  async function ask(request: InjectOptions) {
    const headers = { authorization: `Bearer ${await adminToken()}` }
    return keycard.app.inject({ ...request, headers })
  }

  test('do the same, one path for each change', async () => {
    const payload = { username: 'Hedy', password }
    const made = await ask({ method: 'POST', url: '/api/users', payload })
    expect([made.statusCode, made.json()]).toMatchObject([201, { username: 'Hedy', email: null }])
    const change = async (action: string, payload?: object) => {
      const url = `/api/users/${made.json<User>().id}/${action}`
      const answer = await ask({ method: 'POST', url, ...(payload && { payload }) })
      return [answer.statusCode, answer.json()]
    }
    expect(await change('disable')).toMatchObject([200, { disabled: true }])
    expect(await change('enable')).toMatchObject([200, { disabled: false }])
    expect(await change('set-role', { role: 'admin' })).toMatchObject([200, { role: 'admin' }])
    expect(await change('set-role', { role: 'user' })).toMatchObject([200, { role: 'user' }])
    expect(await change('set-password', { password: newPassword })).toEqual([
      200,
      { sessions_ended: 0 },
    ])
    expect(await change('set-password', { password: 'short' })).toMatchObject([
      422,
      { errors: [{ path: 'password' }] },
    ])
    expect(await change('end-sessions')).toEqual([200, { sessions_ended: 0 }])
    const listed = await ask({ url: '/api/users?search=hedy&sort=last_seen_at&order=desc' })
    expect(listed.json()).toMatchObject({ total: 1, users: [{ username: 'Hedy' }] })
    const self = await ask({ method: 'POST', url: `/api/users/${adminId}/disable` })
    expect([self.statusCode, self.json()]).toEqual([
      409,
      { detail: 'You cannot disable your own account: ask another admin' },
    ])
  })
})
