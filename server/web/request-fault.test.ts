// Refusals before a handler, at every endpoint that takes a body; and redirects, which no cache stores.

import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../testing/test-app.ts'

let keycard: TestApp
beforeAll(async () => {
  keycard = await openTestApp()
})
afterAll(() => keycard.close())

const form = 'application/x-www-form-urlencoded'
const json = 'application/json'
const own = { 'sec-fetch-site': 'same-origin' }
const credentials = new URLSearchParams({ username: 'johndoe', password: 'secret' }).toString()

const endpoints: [url: string, type: string, body: string][] = [
  ['/token', form, credentials],
  ['/revoke', form, 'token=x'],
  ['/introspect', form, 'token=x'],
  ['/login', form, credentials],
  ['/register', form, credentials],
  ['/trpc/auth.login', json, '{"username":"johndoe","password":"secret"}'],
  ['/api/users', json, '{"username":"ada"}'],
]

test.each(endpoints)(
  '%s refuses a body with a Content-Encoding, and names it',
  async (url, type, body) => {
    for (const coding of ['gzip', 'br', 'deflate', 'zstd', 'GZIP', 'identity, gzip', 'nonsense']) {
      const payload = coding.toLowerCase().endsWith('gzip') ? gzipSync(body) : Buffer.from(body)
      const headers = { ...own, 'content-type': type, 'content-encoding': coding }
      const answer = await keycard.app.inject({ method: 'POST', url, headers, payload })
      expect([coding, answer.statusCode]).toEqual([coding, 415])
      // RFC 9110 §15.5.16.
      expect(answer.headers['accept-encoding']).toBe('identity')
      if (!['/login', '/register'].includes(url)) expect(answer.body).toContain('Content-Encoding')
    }
  },
)

test('control: a body without encoding, or with `identity`, is accepted', async () => {
  for (const headers of [{}, { 'content-encoding': 'identity' }]) {
    const answer = await keycard.app.inject({
      method: 'POST',
      url: '/token',
      headers: { 'content-type': form, ...headers },
      payload: credentials,
    })
    expect(answer.statusCode).toBe(200)
  }
  // No body, so nothing to decode.
  const headers = { 'content-encoding': 'gzip' }
  expect((await keycard.app.inject({ url: '/healthz', headers })).statusCode).toBe(200)
  expect((await keycard.app.inject({ url: '/trpc/auth.rules', headers })).statusCode).toBe(200)
})

test('no redirect is stored by a cache', async () => {
  const post = (url: string, payload: string) =>
    keycard.app.inject({ method: 'POST', url, headers: { ...own, 'content-type': form }, payload })
  const account = { username: 'redirected', password: 'violet tractor sings at noon 41' }
  const redirects = await Promise.all([
    post('/login', credentials),
    post('/register', new URLSearchParams(account).toString()),
    keycard.app.inject({ url: '/', headers: { accept: 'text/html' } }),
    keycard.app.inject('/.well-known/change-password'),
  ])
  for (const answer of redirects) {
    expect(Math.floor(answer.statusCode / 100)).toBe(3)
    expect(answer.headers['cache-control']).toBe('no-store')
  }
})
