// auth.register: signs in like auth.login, with the cookie where a browser asks.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatScope, scopesOfRole } from '../contract/scopes.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'

let keycard: TestApp
beforeAll(async () => {
  const env = { DEMO_ACCOUNTS: 'off', PASSWORD_MIN_LENGTH: '20', COOKIE_SECURE: 'on' }
  keycard = await openTestApp({ env })
})
afterAll(() => keycard.close())

const password = 'seven quiet harbours at dawn'
const sameOrigin = { 'sec-fetch-site': 'same-origin' }

function register(input: unknown, headers: Record<string, string> = sameOrigin) {
  return keycard.app.inject({
    method: 'POST',
    url: '/trpc/auth.register',
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(input),
  })
}

test('R69, R70: from our own page the refresh token is a cookie, and the session goes on', async () => {
  const input = { username: ' ada ', password, email: ' ada@example.com ', full_name: '' }
  const answer = await register(input)
  expect(answer.json().result.data).toEqual({
    access_token: expect.any(String),
    token_type: 'bearer',
    expires_in: 900,
    scope: formatScope(scopesOfRole.user),
  })
  const lines = [answer.headers['set-cookie']].flat().map(String)
  const attributes = 'Path=/; HttpOnly; Secure; SameSite=Strict'
  expect(lines.find((line) => line.startsWith('__Host-keycard='))).toMatch(
    new RegExp(`^__Host-keycard=([\\w-]{22}\\.){2}0\\.[\\w-]{43}; ${attributes}$`),
  )
  expect(lines.some((line) => line.startsWith('__Host-keycard-device='))).toBe(true)
  const cookie = lines.map((line) => line.split(';')[0]).join('; ')
  const refreshed = await keycard.app.inject({
    method: 'POST',
    url: '/trpc/auth.refresh',
    headers: { 'content-type': 'application/json', ...sameOrigin, cookie },
    payload: '{}',
  })
  expect(refreshed.statusCode).toBe(200)
  expect(await keycard.services.users.findByLogin('ada')).toMatchObject({
    username: 'ada',
    email: 'ada@example.com',
    fullName: null,
  })
})

test('R70: without a browser the token is in the answer, and no cookie is set', async () => {
  const answer = await register({ username: 'bob', password }, {})
  expect(answer.json().result.data.refresh_token).toMatch(/^([\w-]{22}\.){2}0\.[\w-]{43}$/)
  expect(answer.headers['set-cookie']).toBeUndefined()
})

test('R71: from elsewhere it is 403, and no account is made', async () => {
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
    const answer = await register({ username: 'mallory', password }, headers)
    expect(answer.json().error.data.reason).toBe('cross_site')
    expect(answer.headers['set-cookie']).toBeUndefined()
  }
  expect(await keycard.services.users.findByLogin('mallory')).toBeUndefined()
})

test('every wrong field is named: broken rules first, a taken name last', async () => {
  await register({ username: 'carol', password })
  const short = await register({ username: 'carol', password: 'nineteen characters' })
  expect(short.json().error.data).toMatchObject({
    httpStatus: 400,
    reason: 'invalid_input',
    fields: [{ path: 'password', message: expect.stringContaining('at least 20 characters') }],
  })
  expect(short.body).not.toContain('nineteen characters')
  const taken = await register({ username: 'Carol', password })
  expect(taken.json().error.data).toMatchObject({
    httpStatus: 409,
    reason: 'conflict',
    fields: [{ path: 'username', message: expect.stringContaining('is taken') }],
  })
})

test.each([[{}], [{ username: 'x' }], [{ username: 1, password: [] }], ['text'], [null]])(
  'an invalid input (%j) is 400',
  async (input) => {
    const answer = await register(input)
    expect(answer.statusCode).toBe(400)
    expect(answer.json().error.data.reason).toBe('invalid_input')
  },
)

test('auth.rules gives the minimum length of a password', async () => {
  const answer = await keycard.app.inject({ url: '/trpc/auth.rules' })
  expect(answer.json().result.data).toEqual({ password_min_length: 20 })
})

test('with REGISTRATION=off it is 403, with its own reason', async () => {
  const closed = await openTestApp({ env: { REGISTRATION: 'off' } })
  try {
    const answer = await closed.app.inject({
      method: 'POST',
      url: '/trpc/auth.register',
      headers: { 'content-type': 'application/json', ...sameOrigin },
      payload: JSON.stringify({ username: 'dora', password }),
    })
    expect(answer.json().error).toMatchObject({
      message: 'Registration is switched off here',
      data: { httpStatus: 403, reason: 'registration_closed' },
    })
    expect(answer.headers['set-cookie']).toBeUndefined()
  } finally {
    await closed.close()
  }
})
