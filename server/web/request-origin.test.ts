// Which page a request comes from: by Origin and Host, with and without a proxy, under a rebound
// name (R70, R71).

import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../testing/test-app.ts'

const publicUrl = 'http://login.example:3000'
let keycard: TestApp
/** Behind a proxy on this machine, with demo accounts like the other server. */
let proxied: TestApp
/** As in production: names are not special, and there is no demo account. */
let production: TestApp
beforeAll(async () => {
  const env = { PUBLIC_URL: publicUrl }
  keycard = await openTestApp({ env })
  proxied = await openTestApp({ env: { ...env, TRUSTED_PROXIES: '10.0.0.9' } })
  production = await openTestApp({ env: { ...env, DEMO_ACCOUNTS: 'off' } })
})
afterAll(() => Promise.all([keycard.close(), proxied.close(), production.close()]))

const proxy = '10.0.0.9'
const sameOrigin = { 'sec-fetch-site': 'same-origin' }
/**
 * A browser on a page whose name its owner points at this machine; over plain http it sends nothing
 * more.
 */
const rebound = { origin: 'http://evil.example:3000', host: 'evil.example:3000' }

type Headers = Record<string, string>

/** The outcome: a cookie, tokens in the answer, or a refusal. */
async function signIn(app: TestApp, headers: Headers, remoteAddress = '127.0.0.1') {
  const answer = await app.app.inject({
    method: 'POST',
    url: '/trpc/auth.login',
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify({ username: 'johndoe', password: 'secret' }),
    remoteAddress,
  })
  if (answer.statusCode !== 200) return answer.statusCode
  return answer.headers['set-cookie'] === undefined ? 'tokens' : 'cookie'
}

const internal = { host: 'keycard:3000' }

describe('R70: a sign-in', () => {
  test.each<[string, Headers, 'cookie' | 'tokens' | 403]>([
    ['our own page', { ...sameOrigin, origin: publicUrl, host: 'login.example:3000' }, 'cookie'],
    [
      'our own page, where a proxy rewrites Host',
      { ...sameOrigin, origin: publicUrl, ...internal },
      'cookie',
    ],
    [
      'a renderer on a server, in the name of our page',
      { origin: publicUrl, ...internal },
      'cookie',
    ],
    [
      'a loopback name',
      { ...sameOrigin, origin: 'http://localhost:3000', host: 'localhost:3000' },
      'cookie',
    ],
    [
      'a name below it',
      { origin: 'http://app.localhost:3000', host: 'app.localhost:3000' },
      'cookie',
    ],
    ['an IPv4 address', { origin: 'http://192.0.2.2:3000', host: '192.0.2.2:3000' }, 'cookie'],
    ['an IPv6 address', { origin: 'http://[2001:db8::1]', host: '[2001:db8::1]:80' }, 'cookie'],
    [
      'a page that sends neither Origin nor Referer',
      { ...sameOrigin, origin: 'null', host: '127.0.0.1' },
      'cookie',
    ],
    ['no browser', { host: 'localhost:3000' }, 'tokens'],
    [
      'another Origin beside same-origin',
      { ...sameOrigin, origin: 'http://evil.example', host: 'login.example:3000' },
      403,
    ],
    ['another Host beside same-origin', { ...sameOrigin, host: 'evil.example:3000' }, 403],
    [
      'another Host beside same-origin and null',
      { ...sameOrigin, origin: 'null', host: 'evil.example' },
      403,
    ],
    ['an internal name beside same-origin', { ...sameOrigin, ...internal }, 403],
    ['a rebound name', rebound, 403],
    ['a rebound name that the browser vouches for', { ...sameOrigin, ...rebound }, 403],
    ['a rebound name in a browser that sends no origin', { host: 'evil.example:3000' }, 403],
    [
      'a loopback name at another Host',
      { ...sameOrigin, origin: 'http://localhost:3000', host: 'evil.example' },
      403,
    ],
    ['another port of this host', { origin: 'http://127.0.0.1:8080', host: '127.0.0.1:3000' }, 403],
    [
      'localhost at the front of another name',
      { origin: 'http://localhost.evil.example', host: 'localhost.evil.example' },
      403,
    ],
    [
      'an address at the front of another name',
      { origin: 'http://127.0.0.1.evil.example', host: '127.0.0.1.evil.example' },
      403,
    ],
  ])('from %s: %#', async (_name, headers, expected) => {
    expect(await signIn(keycard, headers)).toBe(expected)
  })

  test.each<[string, Headers, 'cookie' | 'tokens' | 403]>([
    ['without Origin', { ...sameOrigin, ...internal }, 'cookie'],
    [
      'at a loopback name',
      { ...sameOrigin, ...internal, origin: 'http://localhost:8080' },
      'cookie',
    ],
    ['from another Origin', { ...sameOrigin, ...internal, origin: 'http://evil.example' }, 403],
    ['without a browser', internal, 'tokens'],
  ])('through a trusted proxy with a name of its own, %s', async (_name, headers, expected) => {
    expect(await signIn(proxied, headers, proxy)).toBe(expected)
    // The same from another address, where its Host counts.
    if (expected !== 403) expect(await signIn(proxied, headers, '10.0.0.8')).toBe(403)
  })
})

describe('R71: DNS rebinding on loopback', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const payload = 'username=admin&password=admin-secret'

  test.each<[string, InjectOptions]>([
    ['/token', { method: 'POST', url: '/token', headers: { ...form, ...rebound }, payload }],
    [
      '/token without Origin',
      { method: 'POST', url: '/token', headers: { ...form, host: rebound.host }, payload },
    ],
    ['/login', { method: 'POST', url: '/login', headers: { ...form, ...rebound }, payload }],
    [
      'auth.login as a stream, which tRPC itself answers',
      {
        method: 'POST',
        url: '/trpc/auth.login?batch=1&connectionParams=null',
        headers: { 'content-type': 'application/json', host: rebound.host },
        payload: '{"0":{"username":"admin","password":"admin-secret"}}',
      },
    ],
  ])('%s gets no demo admin', async (_name, request) => {
    const before = keycard.services.passwords.stats().completed
    const answer = await keycard.app.inject(request)
    expect([answer.statusCode, answer.body]).toEqual([403, answer.body])
    expect(answer.body).not.toContain('access_token')
    expect(keycard.services.passwords.stats().completed).toBe(before)
    const here = {
      ...request,
      headers: { ...request.headers, host: 'localhost:3000', origin: undefined },
    }
    const control = await keycard.app.inject(JSON.parse(JSON.stringify(here)))
    expect(control.statusCode).not.toBe(request.url === '/login' ? 200 : 403)
  })

  test('gets no metrics; this machine does, by its names and addresses', async () => {
    const ask = async (host: string) =>
      (await keycard.app.inject({ url: '/metrics', headers: { host } })).statusCode
    expect(await ask('evil.example:3000')).toBe(401)
    for (const host of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000', 'login.example:3000']) {
      expect([host, await ask(host)]).toEqual([host, 200])
    }
  })
})

describe('by an internal name, without a browser', () => {
  test.each(['/healthz', '/readyz', '/.well-known/jwks.json', '/openapi.json'])(
    '%s answers',
    async (url) => {
      expect((await keycard.app.inject({ url, headers: internal })).statusCode).toBe(200)
    },
  )

  test('a token is accepted, and where there are no demo accounts a sign-in gets one', async () => {
    const token = await keycard.tokenFor('johndoe')
    const headers = { ...internal, authorization: `Bearer ${token}` }
    for (const url of ['/api/users/me', '/trpc/users.me', '/trpc/users.me?connectionParams=null']) {
      expect((await keycard.app.inject({ url, headers })).statusCode).toBe(200)
    }
    const answer = await production.app.inject({
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...internal },
      payload: 'username=nobody&password=nothing',
    })
    expect([answer.statusCode, answer.json().error]).toEqual([401, 'invalid_grant'])
  })
})
