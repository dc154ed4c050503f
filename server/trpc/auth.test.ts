// auth.login, auth.refresh, auth.logout: the browser's endpoints, where the refresh token is a cookie.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PageTokens } from '../contract/oauth.ts'
import { formatScope, scopesOfRole } from '../contract/scopes.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'
import { createTestClock } from '../testing/test-clock.ts'

const clock = createTestClock()
let keycard: TestApp
beforeAll(async () => {
  keycard = await openTestApp({ clock, env: { COOKIE_SECURE: 'on' } })
})
afterAll(() => keycard.close())

type Headers = Record<string, string>

const ours = 'http://localhost:3000'
const sameOrigin: Headers = { 'sec-fetch-site': 'same-origin' }
const johndoe = { username: 'johndoe', password: 'secret' }

function call(name: string, input: unknown = {}, headers: Headers = {}) {
  return keycard.app.inject({
    method: 'POST',
    url: `/trpc/${name}`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(input),
  })
}

type Answer = Awaited<ReturnType<typeof call>>

const dataOf = <Data = PageTokens>(answer: Answer) =>
  answer.json<{ result: { data: Data } }>().result.data

function expectError(answer: Answer, status: number, reason: string | undefined): void {
  const { error } = answer.json<{ error: { data: { httpStatus: number; reason?: string } } }>()
  expect(error.data.reason).toBe(reason)
  expect(error.data.httpStatus).toBe(status)
  expect(answer.statusCode).toBe(status)
  expect(answer.headers['cache-control']).toBe('no-store')
}

const cookieLines = (answer: Answer): string[] => [answer.headers['set-cookie'] ?? []].flat()

/** The Set-Cookie line, if there is one: the refresh token's unless another is asked for. */
const cookieLine = (answer: Answer, name = '__Host-keycard') =>
  cookieLines(answer).find((line) => line.startsWith(`${name}=`))

/** What a browser would send back. */
const cookieOf = (answer: Answer, name?: string) => cookieLine(answer, name)?.split(';')[0] ?? ''

async function signIn(): Promise<{ cookie: string; accessToken: string }> {
  const answer = await call('auth.login', johndoe, sameOrigin)
  expect(answer.statusCode).toBe(200)
  return { cookie: cookieOf(answer), accessToken: dataOf(answer).access_token }
}

const refresh = (cookie: string, headers = sameOrigin) =>
  call('auth.refresh', {}, { ...headers, cookie })

async function opens(accessToken: string): Promise<boolean> {
  const answer = await keycard.app.inject({
    url: '/trpc/users.me',
    headers: { authorization: `Bearer ${accessToken}` },
  })
  return answer.statusCode === 200
}

const deletion =
  '__Host-keycard=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Strict'

/** The headers that tell where a request comes from, and what they mean (R70). */
const origins: Record<'own' | 'none' | 'foreign', [string, Headers][]> = {
  own: [
    ['Sec-Fetch-Site: same-origin', sameOrigin],
    ['Origin: ours, in a browser without Sec-Fetch-Site', { origin: ours }],
    ['both', { ...sameOrigin, origin: ours }],
  ],
  none: [['neither header', {}]],
  foreign: [
    ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['Sec-Fetch-Site: same-site (another port of this host)', { 'sec-fetch-site': 'same-site' }],
    [
      'Sec-Fetch-Site: cross-site, with our Origin',
      { 'sec-fetch-site': 'cross-site', origin: ours },
    ],
    ['two Sec-Fetch-Site', { 'sec-fetch-site': 'same-origin, cross-site' }],
    ['another Origin', { origin: 'https://evil.example' }],
    ['Origin: another port', { origin: 'http://localhost:3001' }],
    ['Origin: https', { origin: 'https://localhost:3000' }],
    ['Origin: null', { origin: 'null' }],
  ],
}

describe('auth.login', () => {
  test.each(origins.own)(
    'R69, R70: from our own page (%s) the refresh token is a cookie',
    async (_name, headers) => {
      const answer = await call('auth.login', johndoe, headers)
      expect(answer.statusCode).toBe(200)
      expect(dataOf(answer)).toEqual({
        access_token: expect.any(String),
        token_type: 'bearer',
        expires_in: 900,
        scope: formatScope(scopesOfRole.user),
      })
      expect(answer.body).not.toContain('refresh_token')
      // R68: these attributes and no other; without Max-Age it ends with the browser.
      expect(cookieLine(answer)).toMatch(
        /^__Host-keycard=([\w-]{22}\.){2}0\.[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
      )
    },
  )

  test('R57: with rememberMe it has a Max-Age, which each refresh renews up to the absolute end', async () => {
    const maxAgeOf = (answer: Answer) => / Max-Age=(\d+);/.exec(cookieLine(answer) ?? '')?.[1]
    const day = 24 * 60 * 60
    let answer = await call('auth.login', { ...johndoe, remember_me: true }, sameOrigin)
    expect(maxAgeOf(answer)).toBe(String(14 * day))
    expect(dataOf(answer).persistent).toBe(true)
    for (const [passedDays, leftDays] of [
      [10, 14],
      [13, 7],
      [6, 1],
    ] as const) {
      clock.advance(passedDays * day * 1_000)
      answer = await refresh(cookieOf(answer))
      expect(maxAgeOf(answer)).toBe(String(leftDays * day))
      expect(dataOf(answer).persistent).toBe(true)
    }
    clock.advance(day * 1_000)
    expectError(await refresh(cookieOf(answer)), 401, 'invalid_grant')
  })

  test('R57: without rememberMe it has none, not even after a refresh', async () => {
    const refreshed = await refresh((await signIn()).cookie)
    expect(cookieLine(refreshed)).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
    expect(cookieLine(refreshed)).not.toContain('Max-Age')
    expect(dataOf(refreshed).persistent).toBeUndefined()
  })

  test('R68, R70: a browser keeps its device cookie, and only one that we issued counts', async () => {
    const signInWith = async (cookie: string) => {
      const answer = await call('auth.login', johndoe, { ...sameOrigin, cookie })
      return cookieLine(answer, '__Host-keycard-device') ?? ''
    }
    const line = await signInWith('')
    expect(line).toMatch(
      /^__Host-keycard-device=[\w-]{22}\.[\w-]{43}; Max-Age=34560000; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
    const [pair = ''] = line.split(';')
    expect(await signInWith(pair)).toBe(line)
    const forged = `${pair.slice(0, -43)}${'A'.repeat(43)}`
    for (const garbage of [forged, '__Host-keycard-device=x', pair.replace('__Host-', '')]) {
      expect(await signInWith(garbage)).not.toBe(line)
    }
  })

  test.each(origins.none)(
    'R70: without a browser (%s) the token is in the answer, and no cookie is set',
    async (_name, headers) => {
      const answer = await call('auth.login', johndoe, headers)
      expect(cookieLines(answer)).toEqual([])
      expect(dataOf(answer).refresh_token).toMatch(/^([\w-]{22}\.){2}0\.[\w-]{43}$/)
    },
  )

  test.each(origins.foreign)(
    'R71: from elsewhere (%s) it is 403, before the password is checked',
    async (_name, headers) => {
      const before = keycard.services.passwords.stats().completed
      const answer = await call('auth.login', johndoe, headers)
      expectError(answer, 403, 'cross_site')
      expect(cookieLines(answer)).toEqual([])
      expect(keycard.services.passwords.stats().completed).toBe(before)
    },
  )

  test('R109: wrong, unknown and disabled get the same answer, and no cookie', async () => {
    const answers = await Promise.all(
      [
        { username: 'johndoe', password: 'wrong' },
        { username: 'nobody', password: 'secret' },
        { username: 'alice', password: 'secret2' },
      ].map((input) => call('auth.login', input, sameOrigin)),
    )
    for (const answer of answers) {
      expectError(answer, 401, 'invalid_credentials')
      expect(answer.headers['www-authenticate']).toBe('Bearer')
      expect(cookieLines(answer)).toEqual([])
      expect(answer.body).toBe(answers[0]?.body)
    }
  })

  test('a scope narrows the token; an unknown one is refused', async () => {
    const narrow = await call('auth.login', { ...johndoe, scope: 'me' }, sameOrigin)
    expect(dataOf(narrow).scope).toBe('me')
    expectError(
      await call('auth.login', { ...johndoe, scope: 'x' }, sameOrigin),
      400,
      'invalid_scope',
    )
  })

  test.each([
    ['nothing', {}],
    ['no password', { username: 'johndoe' }],
    ['an empty username', { username: '', password: 'secret' }],
    ['a number', { username: 1, password: 'secret' }],
    ['a list', ['johndoe', 'secret']],
    ['null', null],
  ])('an invalid input (%s) is 400, with the fields named', async (_name, input) => {
    const answer = await call('auth.login', input, sameOrigin)
    expectError(answer, 400, 'invalid_input')
    expect(answer.json()).toMatchObject({
      error: {
        data: {
          fields: expect.arrayContaining([
            { path: expect.any(String), message: expect.any(String) },
          ]),
        },
      },
    })
  })

  test('R20: with PASSWORD_GRANT=off it says so, and sets no cookie', async () => {
    const closed = await openTestApp({ env: { PASSWORD_GRANT: 'off' } })
    try {
      const answer = await closed.app.inject({
        method: 'POST',
        url: '/trpc/auth.login',
        headers: { 'content-type': 'application/json', ...sameOrigin },
        payload: JSON.stringify(johndoe),
      })
      expectError(answer, 400, 'unsupported_grant_type')
      expect(answer.json()).toMatchObject({
        error: { message: 'The password grant is switched off here' },
      })
      expect(cookieLines(answer)).toEqual([])
    } finally {
      await closed.close()
    }
  })
})

describe('auth.refresh', () => {
  test('gives a new access token and a new cookie, and nothing else', async () => {
    const { cookie } = await signIn()
    const answer = await refresh(cookie)
    expect(answer.statusCode).toBe(200)
    expect(Object.keys(dataOf(answer))).not.toContain('refresh_token')
    expect(cookieOf(answer)).not.toBe(cookie)
    expect((await refresh(cookieOf(answer))).statusCode).toBe(200)
  })

  test.each([...origins.none, ...origins.foreign])(
    'R70: the cookie is not read where %s',
    async (_name, headers) => {
      const { cookie } = await signIn()
      const answer = await refresh(cookie, headers)
      expect([401, 403]).toContain(answer.statusCode)
      expect(cookieLines(answer)).toEqual([])
      clock.advance(31_000)
      expect((await refresh(cookie)).statusCode).toBe(200)
    },
  )

  test('without a cookie it is 401 not_authenticated', async () => {
    expectError(await refresh(''), 401, 'not_authenticated')
  })

  test('R73: a refused cookie is not removed, since a late answer must not remove a newer one', async () => {
    const answer = await refresh('__Host-keycard=garbage')
    expectError(answer, 401, 'invalid_grant')
    expect(cookieLines(answer)).toEqual([])
  })

  test('R72: a refresh token from /token is refused as a cookie, and one in the body is not read', async () => {
    const answer = await call('auth.login', johndoe)
    const { refresh_token = '' } = dataOf(answer)
    expectError(await refresh(`__Host-keycard=${refresh_token}`), 401, 'invalid_grant')
    expectError(await call('auth.refresh', { refresh_token }, sameOrigin), 401, 'not_authenticated')
  })

  test("R72: a browser's cookie is not accepted at /token", async () => {
    const { cookie } = await signIn()
    const refreshToken = cookie.split('=')[1] ?? ''
    const answer = await keycard.app.inject({
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `grant_type=refresh_token&refresh_token=${refreshToken}`,
    })
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ error: 'invalid_grant' })
    expect((await refresh(cookie)).statusCode).toBe(200)
  })

  test('R73: 20 tabs that refresh together stay signed in, with one cookie', async () => {
    const signedIn = await call('auth.login', johndoe, sameOrigin)
    const cookies = [cookieOf(signedIn), cookieOf(signedIn, '__Host-keycard-device')].join('; ')
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(cookies)))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(20).fill(200))
    expect(new Set(answers.map((answer) => cookieOf(answer))).size).toBe(1)
  })

  test('R57: the session of a browser ends after 30 minutes without a refresh', async () => {
    const { cookie } = await signIn()
    clock.advance(30 * 60_000 - 1)
    const refreshed = cookieOf(await refresh(cookie))
    clock.advance(30 * 60_000)
    expectError(await refresh(refreshed), 401, 'invalid_grant')
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'R70: a page of any site can post %s, so it is 415',
    async (type) => {
      const { cookie } = await signIn()
      const headers = { ...sameOrigin, cookie, 'content-type': type }
      for (const name of ['auth.refresh', 'auth.logout', 'auth.login']) {
        expectError(await call(name, johndoe, headers), 415, 'unsupported_media_type')
      }
      expect((await refresh(cookie)).statusCode).toBe(200)
    },
  )

  test('R70: without a content type it is 415', async () => {
    const { cookie } = await signIn()
    for (const name of ['auth.refresh', 'auth.logout']) {
      const answer = await keycard.app.inject({
        method: 'POST',
        url: `/trpc/${name}`,
        headers: { ...sameOrigin, cookie },
      })
      expectError(answer, 415, undefined)
    }
    expect((await refresh(cookie)).statusCode).toBe(200)
  })
})

describe('auth.logout', () => {
  test('R58: the access token is invalid at once, the cookie removed, the session ended', async () => {
    const { cookie, accessToken } = await signIn()
    expect(await opens(accessToken)).toBe(true)
    const answer = await call('auth.logout', {}, { ...sameOrigin, cookie })
    expect(answer.statusCode).toBe(200)
    expect(dataOf(answer)).toBeNull()
    expect(cookieLine(answer)).toBe(deletion)
    expect(await opens(accessToken)).toBe(false)
    expectError(await refresh(cookie), 401, 'invalid_grant')
  })

  test('ends this session and no other', async () => {
    const [one, other] = [await signIn(), await signIn()]
    await call('auth.logout', {}, { ...sameOrigin, cookie: one.cookie })
    expect(await opens(one.accessToken)).toBe(false)
    expect(await opens(other.accessToken)).toBe(true)
  })

  test('works once the access token has expired, and a second time', async () => {
    const { cookie } = await signIn()
    clock.advance(16 * 60_000)
    for (const _attempt of [1, 2]) {
      const answer = await call('auth.logout', {}, { ...sameOrigin, cookie })
      expect(answer.statusCode).toBe(200)
    }
    expectError(await refresh(cookie), 401, 'invalid_grant')
  })

  test('a client that is not a browser shows its access token', async () => {
    const tokens = dataOf(await call('auth.login', johndoe))
    const answer = await call('auth.logout', {}, { authorization: `Bearer ${tokens.access_token}` })
    expect(answer.statusCode).toBe(200)
    expect(await opens(tokens.access_token)).toBe(false)
  })

  test.each(origins.foreign)(
    'R70: another site cannot sign anyone out (%s)',
    async (_name, headers) => {
      const { cookie, accessToken } = await signIn()
      expectError(await call('auth.logout', {}, { ...headers, cookie }), 403, 'cross_site')
      expect(await opens(accessToken)).toBe(true)
    },
  )

  test('without cookie and token it is 401', async () => {
    expectError(await call('auth.logout'), 401, 'not_authenticated')
    expectError(await call('auth.logout', {}, sameOrigin), 401, 'not_authenticated')
  })
})

describe('the protocol around them', () => {
  /** tRPC streams the first four; near misses are refused as well. */
  test.each<Headers>([
    { 'trpc-accept': 'application/jsonl' },
    { accept: 'application/jsonl' },
    { accept: '*/*, application/jsonl' },
    { accept: 'application/jsonl,text/html;q=0.8' },
    { accept: 'application/jsonl;q=1' },
    { 'trpc-accept': 'application/jsonl', accept: 'application/json' },
  ])('a streamed sign-in, refresh or sign-out is refused: %j', async (streamed) => {
    const { cookie, accessToken } = await signIn()
    for (const [name, input] of [
      ['auth.login', johndoe],
      [
        'auth.register',
        {
          username: `streamed-${Math.random()}`.slice(0, 20),
          password: 'four unrelated words here',
        },
      ],
      ['auth.refresh', {}],
      ['auth.logout', {}],
    ] as const) {
      const answer = await keycard.app.inject({
        method: 'POST',
        url: `/trpc/${name}?batch=1`,
        headers: { ...sameOrigin, cookie, ...streamed },
        payload: { 0: input },
      })
      expect(answer.body).toContain('"reason":"invalid_request"')
      expect(answer.body).not.toContain('access_token')
      expect(cookieLines(answer)).toEqual([])
    }
    // Nothing was done: the session lives, its refresh token is not used up.
    expect(await opens(accessToken)).toBe(true)
    const refreshed = await call('auth.refresh', {}, { ...sameOrigin, cookie })
    expect(refreshed.statusCode).toBe(200)
  })

  test.each<[string, Headers]>([
    ['?batch=1', { accept: 'application/json' }],
    ['?batch=1', { accept: 'text/event-stream' }],
    ['?batch=1&connectionParams=%7B%22a%22%3A%22b%22%7D', {}],
  ])('control: in an answer sent whole (%s, %j) the cookie arrives', async (search, headers) => {
    const answer = await keycard.app.inject({
      method: 'POST',
      url: `/trpc/auth.login${search}`,
      headers: { ...sameOrigin, ...headers },
      payload: { 0: johndoe },
    })
    expect(answer.statusCode).toBe(200)
    expect(cookieLines(answer)).toContainEqual(expect.stringMatching(/^__Host-keycard=./))
  })

  test.each(['auth.login', 'auth.refresh', 'auth.logout', 'account.updateProfile', 'sessions.end'])(
    'R79: GET %s is 405',
    async (name) => {
      const { cookie, accessToken } = await signIn()
      const input = encodeURIComponent(JSON.stringify(johndoe))
      const answer = await keycard.app.inject({
        url: `/trpc/${name}?input=${input}`,
        headers: { ...sameOrigin, cookie, authorization: `Bearer ${accessToken}` },
      })
      expectError(answer, 405, undefined)
      expect(cookieLines(answer)).toEqual([])
      expect(await opens(accessToken)).toBe(true)
    },
  )

  test('R81: a query is not called by POST', async () => {
    const { accessToken } = await signIn()
    const headers = { authorization: `Bearer ${accessToken}` }
    const answer = await call('users.me', {}, headers)
    expectError(answer, 405, undefined)
    expect(answer.headers.allow).toBe('GET')
    expect(answer.body).toContain('leave methodOverride out of the link')
  })

  test('R80: 10 calls in a batch are accepted, 11 are refused', async () => {
    const { accessToken } = await signIn()
    const batch = (size: number) =>
      keycard.app.inject({
        url: `/trpc/${Array(size).fill('users.me').join(',')}?batch=1&input=%7B%7D`,
        headers: { authorization: `Bearer ${accessToken}` },
      })
    const ten = await batch(10)
    expect(ten.statusCode).toBe(200)
    expect(ten.json()).toHaveLength(10)
    const eleven = await batch(11)
    expectError(eleven, 400, 'invalid_request')
    // The setting to change, in the words of tRPC's link.
    expect(eleven.body).toContain('set maxItems: 10 in httpBatchLink')
  })

  test('R28: each call of a batch has its own code, and the answer has the challenge', async () => {
    const accessToken = await keycard.tokenFor('johndoe', 'me')
    const answer = await keycard.app.inject({
      url: '/trpc/users.me,users.list?batch=1&input=%7B%220%22%3A%7B%7D%2C%221%22%3A%7B%7D%7D',
      headers: { authorization: `Bearer ${accessToken}` },
    })
    expect(answer.statusCode).toBe(207)
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer error="insufficient_scope", scope="users:read"',
    )
    expect(answer.json()).toMatchObject([
      { result: { data: { username: 'johndoe' } } },
      { error: { data: { httpStatus: 403, reason: 'insufficient_scope', scope: ['users:read'] } } },
    ])
  })

  test.each<[string, () => Promise<Answer>]>([
    ['a refused sign-in', () => call('auth.login', { ...johndoe, password: 'x' })],
    ['a wrong input', () => call('auth.login', 1)],
    ['no such procedure', () => call('nope')],
    ['no token', () => keycard.app.inject({ url: '/trpc/users.me' })],
    ['broken JSON', () => call('auth.login', '{')],
  ])('R81: %s reveals no stack and no file', async (_name, send) => {
    const answer = await send()
    expect(answer.statusCode).toBeGreaterThanOrEqual(400)
    expect(answer.body).not.toMatch(/stack|node_modules|\.ts\b|\.js\b|file:/)
  })

  test('R30: broken JSON is 400, and not repeated', async () => {
    const answer = await keycard.app.inject({
      method: 'POST',
      url: '/trpc/auth.login',
      headers: { 'content-type': 'application/json' },
      payload: 'password=geheim',
    })
    expectError(answer, 400, 'invalid_request')
    expect(answer.body).not.toContain('geheim')
  })

  test('R82: __proto__ in an input changes nothing', async () => {
    const answer = await keycard.app.inject({
      method: 'POST',
      url: '/trpc/auth.login',
      headers: { 'content-type': 'application/json', ...sameOrigin },
      payload:
        '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},"username":"johndoe","password":"secret","scope":"me"}',
    })
    expect(answer.statusCode).toBe(200)
    expect(dataOf(answer).scope).toBe('me')
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })

  test.each(['__proto__', 'constructor', 'auth.__proto__', 'auth', 'auth.login.call', 'toString'])(
    'R84: %s is not a procedure',
    async (name) => {
      expectError(await call(name), 404, undefined)
    },
  )

  test('R23: a token in the query is not read', async () => {
    const { accessToken } = await signIn()
    const answer = await keycard.app.inject({ url: `/trpc/users.me?access_token=${accessToken}` })
    expectError(answer, 401, 'not_authenticated')
  })

  test('R25, R26: the challenges are those of the documentation', async () => {
    const { accessToken } = await signIn()
    const challengeFor = async (authorization?: string) => {
      const headers = authorization === undefined ? {} : { authorization }
      const answer = await keycard.app.inject({ url: '/trpc/users.me', headers })
      expect(answer.statusCode).toBe(401)
      return answer.headers['www-authenticate']
    }
    expect(await challengeFor()).toBe('Bearer')
    expect(await challengeFor('Basic Og==')).toBe('Bearer')
    expect(await challengeFor(`Bearer ${accessToken}x`)).toBe(
      'Bearer error="invalid_token", error_description="Could not validate credentials"',
    )
    clock.advance(15 * 60_000)
    expect(await challengeFor(`Bearer ${accessToken}`)).toBe(
      'Bearer error="invalid_token", error_description="Token has expired"',
    )
  })
})
