// ALLOWED_ORIGINS as the pages of other origins see it: what they may call, and that no cookie counts.

import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../testing/test-app.ts'

const app = 'https://app.example.com'
const webView = 'capacitor://localhost'
const elsewhere = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }

let keycard: TestApp
let log = ''
beforeAll(async () => {
  const lines = new Writable({
    write(line, _encoding, done) {
      log += line
      done()
    },
  })
  const env = { ALLOWED_ORIGINS: `${app},${webView}` }
  keycard = await openTestApp({ env, logger: pino({ level: 'warn' }, lines) })
})
afterAll(() => keycard.close())

function send(url: string, headers: Record<string, string>, payload?: string) {
  const method = payload === undefined ? 'GET' : 'POST'
  return keycard.app.inject({
    method,
    url,
    headers: { ...elsewhere, ...headers },
    ...(payload && { payload }),
  })
}

function preflight(url: string, origin: string) {
  const headers = {
    ...{ ...elsewhere, origin, 'access-control-request-method': 'GET' },
    'access-control-request-headers': 'authorization,content-type',
  }
  return keycard.app.inject({ method: 'OPTIONS', url, headers })
}

const signIn = (origin: string, more = {}) =>
  send('/token', { ...form, origin, ...more }, 'username=johndoe&password=secret')

const corsOf = ({ headers }: Awaited<ReturnType<typeof send>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control')))

describe.each([app, webView])('a page of %s', (origin) => {
  test.each(['/token', '/token/', '/revoke', '/api/users/me', '/trpc/items.list?batch=1'])(
    'R19: may ask for %s, and need not ask again for two hours',
    async (url) => {
      const answer = await preflight(url, origin)
      expect(answer.statusCode).toBe(204)
      expect(corsOf(answer)).toEqual({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET, HEAD, POST, PATCH, DELETE',
        'access-control-allow-headers':
          'Authorization, Content-Type, If-Match, trpc-accept, Last-Event-ID',
        'access-control-max-age': '7200',
      })
    },
  )

  test('signs in, calls, refreshes and signs out by token', async () => {
    const answer = await signIn(origin)
    expect(answer.statusCode).toBe(200)
    expect(corsOf(answer)['access-control-allow-origin']).toBe(origin)
    const { refresh_token } = answer.json()
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token })
    const refreshed = await send('/token', { ...form, origin }, body.toString())
    const { access_token } = refreshed.json()
    const headers = { origin, authorization: `Bearer ${access_token}` }
    for (const url of ['/api/users/me', '/trpc/users.me']) {
      const called = await send(url, headers)
      expect(called.statusCode).toBe(200)
      expect(corsOf(called)['access-control-allow-origin']).toBe(origin)
      expect(called.headers['cache-control']).toBe('no-store')
    }
    const out = await send('/revoke', { ...form, origin }, `token=${access_token}`)
    expect([out.statusCode, corsOf(out)['access-control-allow-origin']]).toEqual([200, origin])
    expect((await send('/api/users/me', headers)).statusCode).toBe(401)
  })

  test('reads why it was refused, and how long to wait', async () => {
    for (const url of ['/api/users/me', '/trpc/users.me', '/api/no-such-path']) {
      const answer = await send(url, { origin })
      expect(answer.statusCode).toBeGreaterThanOrEqual(401)
      expect(corsOf(answer)).toEqual({
        'access-control-allow-origin': origin,
        'access-control-expose-headers': 'WWW-Authenticate, Retry-After, X-Request-Id, ETag',
      })
    }
  })

  test('R70: gets no cookie, and none that its browser sends counts', async () => {
    const own = await keycard.app.inject({
      method: 'POST',
      url: '/trpc/auth.login',
      headers: { origin: keycard.services.config.publicUrl },
      payload: { username: 'johndoe', password: 'secret' },
    })
    const cookie = own.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    expect(cookie).toContain('keycard=')
    expect((await signIn(origin, { cookie })).headers['set-cookie']).toBeUndefined()
    const json = { 'content-type': 'application/json', origin, cookie }
    const credentials = JSON.stringify({ username: 'johndoe', password: 'secret' })
    for (const name of ['auth.login', 'auth.refresh', 'auth.logout', 'auth.register']) {
      const answer = await send(`/trpc/${name}`, json, credentials)
      expect(answer.statusCode, name).toBeGreaterThanOrEqual(400)
      expect(answer.headers['set-cookie'], name).toBeUndefined()
      expect(corsOf(answer)['access-control-allow-credentials'], name).toBeUndefined()
    }
    // Control: from our own page the same cookie is accepted.
    const headers = {
      ...json,
      origin: keycard.services.config.publicUrl,
      'sec-fetch-site': 'same-origin',
    }
    expect((await send('/trpc/auth.refresh', headers, '')).statusCode).toBe(200)
  })

  test.each(['/login', '/openapi.json', '/metrics', '/.well-known/jwks.json', '/introspect'])(
    'R19: finds %s closed to other origins',
    async (url) => {
      expect(corsOf(await send(url, { origin }))).toEqual({})
      expect(corsOf(await preflight(url, origin))).toEqual({})
    },
  )
})

test.each([
  'https://app.example.com.evil.example',
  'https://evil-app.example.com',
  'http://app.example.com',
  'https://app.example.com:8443',
  'https://APP.example.com',
  'capacitor://localhost:80',
  'null',
])(
  'R19: a page of %s is refused with an explanation, and named in the log once',
  async (origin) => {
    log = ''
    for (const url of ['/token', '/api/users/me', '/trpc/users.me']) {
      const answer = await preflight(url, origin)
      expect([answer.statusCode, corsOf(answer)]).toEqual([403, {}])
      expect(answer.body).toContain(
        'Pages of this origin cannot call this: it is not in ALLOWED_ORIGINS',
      )
    }
    const signedIn = await signIn(origin)
    expect([signedIn.statusCode, corsOf(signedIn)]).toEqual([403, {}])
    expect(signedIn.json().error_description).toContain('ALLOWED_ORIGINS')
    expect(log.split('\n').filter((line) => line.includes(origin))).toHaveLength(1)
  },
)

test('R19: without the setting a preflight is answered as before', async () => {
  const other = await openTestApp()
  const headers = { origin: app, 'access-control-request-method': 'GET' }
  for (const url of ['/token', '/api/users/me', '/trpc/users.me']) {
    const answer = await other.app.inject({ method: 'OPTIONS', url, headers })
    expect([answer.statusCode, corsOf(answer)]).toEqual([405, {}])
  }
  await other.close()
})
