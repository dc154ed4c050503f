// POST /token as its clients see it: RFC 6749, plus FastAPI's habits where the two do not conflict.

import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { OAuthErrorBody, TokenResponse } from '../contract/oauth.ts'
import { formatScope, scopesOfRole } from '../contract/scopes.ts'
import { forgiveFailures } from '../testing/forgive-failures.ts'
import { operator } from '../testing/operator.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'
import { createTestClock } from '../testing/test-clock.ts'

const clock = createTestClock()
const formType = 'application/x-www-form-urlencoded'
const userScopes = formatScope(scopesOfRole.user)
const minute = 60_000

let keycard: TestApp
beforeAll(async () => {
  keycard = await openTestApp({ clock })
})
afterEach(() => forgiveFailures(keycard.services))
afterAll(() => keycard.close())

type Fields = Record<string, string>
type Answer = Awaited<ReturnType<typeof post>>

function post(form: Fields | string | Buffer, headers: Record<string, string | string[]> = {}) {
  const isRaw = typeof form === 'string' || Buffer.isBuffer(form)
  return keycard.app.inject({
    method: 'POST',
    url: '/token',
    headers: { 'content-type': formType, ...headers },
    payload: isRaw ? form : new URLSearchParams(form).toString(),
  })
}

const johndoe = { username: 'johndoe', password: 'secret' }
const cli = { client_id: 'keycard-cli' }
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })

async function signIn(fields: Fields = {}): Promise<Required<TokenResponse>> {
  const answer = await post({ ...johndoe, grant_type: 'password', ...fields })
  expect(answer.statusCode).toBe(200)
  return answer.json()
}

const refresh = (refresh_token: string, fields: Fields = {}) =>
  post({ grant_type: 'refresh_token', refresh_token, ...fields })

/** What every answer of this endpoint has, and what every error body has (R8, R9, R18, R19). */
function expectManners(answer: Answer): void {
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.headers.pragma).toBe('no-cache')
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
  expect(answer.headers['set-cookie']).toBeUndefined()
  expect(answer.headers.location).toBeUndefined()
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual(
    [],
  )
  if (answer.statusCode === 200) return
  const body = answer.json<OAuthErrorBody>()
  expect(Object.keys(body)).toEqual(['error', 'error_description', 'detail'])
  expect(body.error_description).toMatch(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/)
  expect(body.detail).toBe(body.error_description)
}

function expectError(answer: Answer, status: number, error: string, description: unknown): void {
  expectManners(answer)
  expect(answer.json()).toMatchObject({ error, error_description: description })
  expect(answer.statusCode).toBe(status)
}

describe('the password grant', () => {
  test('R7: success is 200 with bearer, expires_in = exp - iat, the scope and a refresh token', async () => {
    const answer = await post(johndoe)
    expectManners(answer)
    expect(answer.statusCode).toBe(200)
    const body = answer.json<TokenResponse>()
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'bearer',
      expires_in: 900,
      scope: userScopes,
      refresh_token: expect.stringMatching(/^([\w-]{22}\.){2}0\.[\w-]{43}$/),
    })
    const { exp = 0, iat = 0, scope, client_id } = decodeJwt(body.access_token)
    expect(exp - iat).toBe(body.expires_in)
    expect({ scope, client_id }).toEqual({ scope: userScopes, client_id: 'keycard-web' })
  })

  test.each(['cross-site', 'same-site'])(
    'R71: a form that a page of another site posts (%s) is refused before anything is looked up',
    async (site) => {
      const before = keycard.services.passwords.stats().completed
      for (const url of ['/token', '/revoke', '/introspect']) {
        const answer = await keycard.app.inject({
          method: 'POST',
          url,
          headers: { 'content-type': formType, 'sec-fetch-site': site },
          payload: 'username=johndoe&password=secret&token=x',
        })
        expect(answer.statusCode).toBe(403)
        expect(answer.json()).toMatchObject({ error: 'invalid_request' })
        expectManners(answer)
      }
      expect(keycard.services.passwords.stats().completed).toBe(before)
      // Swagger UI is one of our own pages.
      expect((await post(johndoe, { 'sec-fetch-site': 'same-origin' })).statusCode).toBe(200)
    },
  )

  test('R8, R18, R19: no answer is cached, redirects, or can be read by another site', async () => {
    const elsewhere = { origin: 'https://other.example', 'access-control-request-method': 'POST' }
    const [right, wrong] = [johndoe, { ...johndoe, password: 'wrong' }]
    for (const [form, status] of [
      [right, 200],
      [wrong, 401],
      ['%zz', 400],
    ] as const) {
      const answer = await post(form)
      expect(answer.statusCode).toBe(status)
      expectManners(answer)
      // Whatever the request is, the other site's page learns nothing from the answer.
      const refused = await post(form, elsewhere)
      expectError(
        refused,
        403,
        'invalid_request',
        /^A page of another site cannot call this, unless .* ALLOWED_ORIGINS$/,
      )
    }
    const preflight = await keycard.app.inject({
      method: 'OPTIONS',
      url: '/token',
      headers: elsewhere,
    })
    expectError(preflight, 405, 'invalid_request', expect.any(String))
  })

  test('the token is accepted by a protected call', async () => {
    const { access_token } = await signIn()
    const answer = await keycard.app.inject({
      url: '/api/users/me',
      headers: { authorization: `Bearer ${access_token}` },
    })
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({ username: 'johndoe', full_name: 'John Doe' })
  })

  test.each<[string, Fields]>([
    ['the email address', { username: 'JohnDoe@Example.com' }],
    ['other letters', { username: 'JOHNDOE' }],
    ['grant_type=password', { grant_type: 'password' }],
    ['a client', { grant_type: 'password', ...cli }],
    ['R4: unknown parameters', { remember: 'yes', __proto__x: '1' }],
    ['R4: empty parameters', { scope: '', client_id: '', client_secret: '', grant_type: '' }],
  ])('signs in with %s', async (_name, fields) => {
    const answer = await post({ ...johndoe, ...fields })
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({ scope: userScopes })
  })

  test('an admin gets the scopes of an admin', async () => {
    const { scope } = await signIn({ username: 'admin', password: 'admin-secret' })
    expect(scope).toBe(formatScope(scopesOfRole.admin))
  })
})

describe('R10, R109: bad credentials', () => {
  const attempts: Fields[] = [
    { username: 'johndoe', password: 'wrong' },
    { username: 'nobody', password: 'secret' },
    { username: 'alice', password: 'secret2' },
    { username: 'alice', password: 'wrong' },
    { username: 'johndoe', password: 'secret\0' },
    { username: 'johndoe\0', password: 'secret' },
    { username: 'a@b', password: 'x'.repeat(8_000) },
  ]
  /** Everything except what changes from one moment to the next. */
  const visible = ({ statusCode, headers, rawPayload }: Answer) => {
    const { date: _date, 'x-request-id': _id, ...rest } = headers
    return { statusCode, headers: rest, body: rawPayload.toString('hex') }
  }

  test('without a client: 401, the challenge, and the same answer for wrong, unknown and disabled', async () => {
    const answers = await Promise.all(attempts.map((fields) => post(fields)))
    const [first] = answers
    if (!first) throw new Error('no answer')
    expectError(first, 401, 'invalid_grant', 'Incorrect username or password')
    expect(first.headers['www-authenticate']).toBe('Bearer')
    for (const answer of answers) expect(visible(answer)).toEqual(visible(first))
  })

  test.each<[string, Fields, Record<string, string>]>([
    ['client_id', { grant_type: 'password', ...cli }, {}],
    ['Basic', { grant_type: 'password' }, basic('keycard-cli:')],
  ])(
    'with a client (%s): 400, no challenge, and the same answer for wrong, unknown and disabled',
    async (_name, named, headers) => {
      const answers = await Promise.all(
        attempts.map((fields) => post({ ...fields, ...named }, headers)),
      )
      const [first] = answers
      if (!first) throw new Error('no answer')
      expectError(first, 400, 'invalid_grant', 'Incorrect username or password')
      expect(first.headers['www-authenticate']).toBeUndefined()
      for (const answer of answers) expect(visible(answer)).toEqual(visible(first))
    },
  )
})

describe('the request itself', () => {
  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)(
    'R1: %s is 405 with Allow',
    async (method) => {
      const answer = await keycard.app.inject({
        method,
        url: '/token?username=johndoe&password=secret',
      })
      expect(answer.headers.allow).toBe('POST')
      if (method === 'HEAD') expect(answer.statusCode).toBe(405)
      else expectError(answer, 405, 'invalid_request', '/token takes POST only')
    },
  )

  test('R1: no parameter is read from the query', async () => {
    const answer = await keycard.app.inject({
      method: 'POST',
      url: '/token?username=johndoe&password=secret',
      headers: { 'content-type': formType },
      payload: 'username=johndoe',
    })
    expectError(answer, 400, 'invalid_request', 'password is missing')
  })

  test.each([
    ['JSON', 'application/json', JSON.stringify(johndoe)],
    ['broken JSON', 'application/json', '{'],
    ['multipart', 'multipart/form-data; boundary=x', '--x--'],
    ['plain text', 'text/plain', 'username=johndoe&password=secret'],
    ['a longer type', `${formType}-x`, 'username=johndoe&password=secret'],
  ])(
    'R2: %s is 415, and the answer names the type that is accepted',
    async (_name, type, payload) => {
      const answer = await post(payload, { 'content-type': type })
      expectError(answer, 415, 'invalid_request', `Content-Type must be ${formType}`)
    },
  )

  test.each(['', 'form', 'text/', ';'])('R2: an invalid type (%j) is 415', async (type) => {
    expectError(
      await post('a=b', { 'content-type': type }),
      415,
      'invalid_request',
      expect.any(String),
    )
  })

  test.each([undefined, 'username=johndoe&password=secret'])(
    'R2: a missing type is 415 (body: %s)',
    async (text) => {
      const payload = text === undefined ? {} : { payload: Buffer.from(text) }
      const answer = await keycard.app.inject({ method: 'POST', url: '/token', ...payload })
      expectError(answer, 415, 'invalid_request', `Content-Type must be ${formType}`)
    },
  )

  test.each([`${formType}; charset=utf-8`, 'Application/X-WWW-Form-UrlEncoded'])(
    'the type may be written %s',
    async (type) => {
      expect((await post(johndoe, { 'content-type': type })).statusCode).toBe(200)
    },
  )

  test.each<[string, string, string]>([
    ['R3: a parameter twice', 'username=a&username=a&password=b', 'username is there twice'],
    ['R3: twice, once encoded', 'username=a&user%6Eame=b&password=b', 'username is there twice'],
    ['R3: twice, once empty', 'scope=&scope=me&username=a&password=b', 'scope is there twice'],
    ['R5: bad percent-encoding', 'username=a&password=%zz', 'password is badly percent-encoded'],
    ['R5: a byte that is not UTF-8', 'username=a&password=%FF', 'password is not valid UTF-8'],
    ['a lone surrogate', 'username=%ED%A0%80&password=a', 'username is not valid UTF-8'],
    ['no username', 'password=secret', 'username is missing'],
    ['an empty username', 'username=&password=secret', 'username is missing'],
    ['no password', 'username=johndoe', 'password is missing'],
    ['nothing', '', 'username is missing'],
    ['no refresh token', 'grant_type=refresh_token', 'refresh_token is missing'],
  ])('%s is 400 invalid_request', async (_name, body, description) => {
    expectError(await post(body), 400, 'invalid_request', description)
  })

  test('R5: bytes that are not UTF-8 are 400', async () => {
    const body = Buffer.concat([Buffer.from('username=johndoe&password='), Buffer.from([0xff])])
    expectError(await post(body), 400, 'invalid_request', 'The body is not valid UTF-8')
  })

  test('R6: 16 KiB are accepted, one byte more is 413', async () => {
    const body = 'username=johndoe&password=secret&padding='
    const padding = 'x'.repeat(16 * 1024 - body.length)
    expect((await post(body + padding)).statusCode).toBe(200)
    expectError(await post(`${body}${padding}x`), 413, 'invalid_request', 'The body is too large')
  })

  test('R6: 32 parameters are accepted, 33 are refused', async () => {
    const more = (count: number) =>
      Array.from({ length: count }, (_, index) => `&p${index}=1`).join('')
    const body = 'username=johndoe&password=secret'
    expect((await post(body + more(30))).statusCode).toBe(200)
    expectError(
      await post(body + more(31)),
      400,
      'invalid_request',
      'There may be 32 parameters at most',
    )
  })

  test('R9: no answer echoes what was sent', async () => {
    const planted = 'pl4nted'
    const bodies = [
      `${planted}=1&${planted}=2`,
      `grant_type=${planted}`,
      `username=a&password=b&scope=${planted}`,
      `username=a&password=b&client_id=${planted}`,
      `username=${planted}&password=${planted}`,
      `grant_type=refresh_token&refresh_token=${planted}`,
      `%zz${planted}=1`,
    ]
    for (const body of bodies) {
      const answer = await post(body, { 'x-planted': planted })
      expectManners(answer)
      expect(answer.statusCode).toBeGreaterThanOrEqual(400)
      expect(answer.body).not.toContain(planted)
    }
  })
})

describe('grant types and clients', () => {
  test('R11: another grant is unsupported_grant_type', async () => {
    const answer = await post({ grant_type: 'authorization_code', ...cli })
    const description = 'grant_type must be password, refresh_token or client_credentials'
    expectError(answer, 400, 'unsupported_grant_type', description)
  })

  test('a client that names itself must also name the grant', async () => {
    const byBody = await post({ ...johndoe, ...cli })
    expectError(byBody, 400, 'invalid_request', 'grant_type is missing')
    const byBasic = await post(johndoe, basic('keycard-cli:'))
    expectError(byBasic, 400, 'invalid_request', 'grant_type is missing')
  })

  test("R12: Swagger UI's empty Basic header counts as no client", async () => {
    const answer = await post(johndoe, { authorization: 'Basic Og==' })
    expect(answer.statusCode).toBe(200)
    const refused = await post({ ...johndoe, password: 'wrong' }, { authorization: 'Basic Og==' })
    expect(refused.statusCode).toBe(401)
    expect(refused.headers['www-authenticate']).toBe('Bearer')
  })

  test.each<[string, Fields, Record<string, string>]>([
    ['unknown', { client_id: 'nobody' }, {}],
    ['public, and sends a secret', { ...cli, client_secret: 'x' }, {}],
  ])(
    'R12: a client that is %s is invalid_client, 400 without a challenge',
    async (_name, fields, headers) => {
      const answer = await post({ ...johndoe, grant_type: 'password', ...fields }, headers)
      expectError(answer, 400, 'invalid_client', expect.any(String))
      expect(answer.headers['www-authenticate']).toBeUndefined()
    },
  )

  test.each(['nobody:', 'nobody:x', 'keycard-cli:x'])(
    'R12: the same by Basic (%s) is 401 with a Basic challenge',
    async (client) => {
      const answer = await post({ ...johndoe, grant_type: 'password' }, basic(client))
      expectError(answer, 401, 'invalid_client', expect.any(String))
      expect(answer.headers['www-authenticate']).toBe('Basic realm="keycard"')
    },
  )

  test('R13: Basic id and secret are form-decoded', async () => {
    const answer = await post({ ...johndoe, grant_type: 'password' }, basic('keycard%2Dcli:'))
    expect(decodeJwt(answer.json<TokenResponse>().access_token).client_id).toBe('keycard-cli')
  })

  test.each<[string, Fields]>([
    ['another id', { client_id: 'keycard-web' }],
    ['a secret', { client_secret: 'x' }],
    ['the same id and a secret', { ...cli, client_secret: 'x' }],
  ])('R13: using Basic and %s in the body together is refused', async (_name, fields) => {
    const answer = await post(
      { ...johndoe, grant_type: 'password', ...fields },
      basic('keycard-cli:'),
    )
    const description = 'The client must be named in one way, not in two'
    expectError(answer, 400, 'invalid_request', description)
  })

  test.each([
    ['not base64', 'Basic !!!'],
    ['no colon', basic('keycard-cli').authorization],
    ['nothing', 'Basic'],
    ['badly form-encoded', basic('%zz:').authorization],
  ])('a malformed Basic header (%s) is invalid_request', async (_name, authorization) => {
    const answer = await post({ ...johndoe, grant_type: 'password' }, { authorization })
    expectError(answer, 400, 'invalid_request', expect.any(String))
  })

  test('a secret without an id is invalid_request', async () => {
    const answer = await post({ ...johndoe, client_secret: 'x' })
    expectError(answer, 400, 'invalid_request', 'client_id is missing')
  })
})

describe('scope', () => {
  test('the scopes asked for are granted, in the order of the catalogue', async () => {
    expect((await signIn({ scope: 'me:write me' })).scope).toBe('me me:write')
    expect((await signIn({ scope: 'me me' })).scope).toBe('me')
  })

  test.each([
    ['unknown', 'me payroll'],
    ['in other letters', 'ME'],
    ['with two spaces', 'me  me:write'],
    ['with a quote', 'me"'],
    ['with a newline', 'me\nme:write'],
    ['a name every object has', '__proto__'],
    ['1,025 characters long', 'me '.repeat(341).padEnd(1_025, 'x')],
  ])(
    'R14: a scope that is %s is invalid_scope, before the password is checked',
    async (_name, scope) => {
      const { stats } = keycard.services.passwords
      const before = stats().completed
      expectError(await post({ ...johndoe, scope }), 400, 'invalid_scope', expect.any(String))
      expect(stats().completed).toBe(before)
    },
  )

  test('R14: only a caller with the right password learns that a scope is not allowed to the user', async () => {
    const scope = 'me users:read'
    expectError(
      await post({ ...johndoe, password: 'wrong', scope }),
      401,
      'invalid_grant',
      'Incorrect username or password',
    )
    expectError(
      await post({ ...johndoe, scope }),
      400,
      'invalid_scope',
      'scope has a word that this user may not have',
    )
  })
})

describe('the refresh grant', () => {
  const description = 'The refresh token is not valid any more'

  test('R16: gives a new pair, and the new refresh token works in turn', async () => {
    const first = await signIn()
    const answer = await refresh(first.refresh_token)
    expectManners(answer)
    expect(answer.statusCode).toBe(200)
    const second = answer.json<Required<TokenResponse>>()
    expect(second).toMatchObject({ token_type: 'bearer', expires_in: 900, scope: userScopes })
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect(second.access_token).not.toBe(first.access_token)
    expect((await refresh(second.refresh_token)).statusCode).toBe(200)
  })

  test('R55: the previous refresh token gives the same successor for 30 s', async () => {
    const { refresh_token } = await signIn()
    const tokens = [await refresh(refresh_token), await refresh(refresh_token)].map(
      (answer) => answer.json<TokenResponse>().refresh_token,
    )
    expect(tokens[0]).toBe(tokens[1])
  })

  test('R15: a narrower scope narrows the access token, not the session', async () => {
    const { refresh_token } = await signIn()
    const narrow = (await refresh(refresh_token, { scope: 'me' })).json<Required<TokenResponse>>()
    expect(narrow.scope).toBe('me')
    expect((await refresh(narrow.refresh_token)).json()).toMatchObject({ scope: userScopes })
  })

  test('R15: a wider scope is refused, and the refresh token is not used up', async () => {
    const { refresh_token } = await signIn({ scope: 'me' })
    const scope = 'me me:write'
    expectError(await refresh(refresh_token, { scope }), 400, 'invalid_scope', expect.any(String))
    clock.advance(minute)
    expect((await refresh(refresh_token)).statusCode).toBe(200)
  })

  test("R15: another client's token is invalid_grant, and stays valid for its own client", async () => {
    const { refresh_token } = await signIn(cli)
    expectError(await refresh(refresh_token), 400, 'invalid_grant', description)
    expect((await refresh(refresh_token, cli)).statusCode).toBe(200)
  })

  test.each<[string, (token: string) => string]>([
    ['malformed', () => 'garbage'],
    ['tampered with', (token) => token.replace('.0.', '.1.')],
    ['followed by a space', (token) => `${token} `],
    ['an access token', () => 'eyJhbGciOiJFZERTQSJ9.e30.AAAA'],
  ])('a token that is %s is 400 invalid_grant, without a challenge', async (_name, change) => {
    const { refresh_token } = await signIn()
    for (const named of [{}, { client_id: 'keycard-web' }]) {
      const answer = await refresh(change(refresh_token), named)
      expectError(answer, 400, 'invalid_grant', description)
      expect(answer.headers['www-authenticate']).toBeUndefined()
    }
  })

  test('R56: a replay ends the session and its access tokens, with the same answer', async () => {
    const first = await signIn()
    const second = (await refresh(first.refresh_token)).json<Required<TokenResponse>>()
    const third = (await refresh(second.refresh_token)).json<Required<TokenResponse>>()
    expectError(await refresh(first.refresh_token), 400, 'invalid_grant', description)
    expectError(await refresh(third.refresh_token), 400, 'invalid_grant', description)
    const call = await keycard.app.inject({
      url: '/api/protected',
      headers: { authorization: `Bearer ${third.access_token}` },
    })
    expect(call.statusCode).toBe(401)
  })

  test('R57: an expired session is invalid_grant', async () => {
    const { refresh_token } = await signIn()
    clock.advance(14 * 24 * 60 * minute)
    expectError(await refresh(refresh_token), 400, 'invalid_grant', description)
  })

  test('R59: the refresh token of a disabled user is invalid_grant', async () => {
    const { accounts, userAdministration } = keycard.services
    const password = 'four unrelated words here'
    const { id } = await accounts.create({ username: 'leaver', password })
    const { refresh_token } = await signIn({ username: 'leaver', password })
    await userAdministration.disable(id, operator)
    expectError(await refresh(refresh_token), 400, 'invalid_grant', description)
  })

  test("R72: a browser's cookie is neither read nor set here", async () => {
    const { refresh_token } = await signIn()
    const cookie = `keycard=${refresh_token}`
    const answer = await post(
      { grant_type: 'refresh_token' },
      { cookie, 'sec-fetch-site': 'same-origin' },
    )
    expectError(answer, 400, 'invalid_request', 'refresh_token is missing')
  })
})

describe('R20: PASSWORD_GRANT=off', () => {
  let closed: TestApp | undefined
  afterEach(() => closed?.close())

  test('refuses the password grant, and no other grant', async () => {
    const { refresh_token } = await signIn()
    closed = await openTestApp({ env: { PASSWORD_GRANT: 'off' } })
    const send = (form: Fields) =>
      closed?.app.inject({
        method: 'POST',
        url: '/token',
        headers: { 'content-type': formType },
        payload: new URLSearchParams(form).toString(),
      })
    const refused = await send(johndoe)
    expect(refused?.statusCode).toBe(400)
    expect(refused?.json()).toMatchObject({ error: 'unsupported_grant_type' })
    const other = await send({ grant_type: 'refresh_token', refresh_token })
    expect(other?.json()).toMatchObject({ error: 'invalid_grant' })
  })

  test('a wrong password gets the same answer, and nothing is hashed', async () => {
    const keycardClosed = await openTestApp({ env: { PASSWORD_GRANT: 'off' } })
    closed = keycardClosed
    const { completed } = keycardClosed.services.passwords.stats()
    const answers = await Promise.all(
      [
        johndoe,
        { ...johndoe, password: 'wrong' },
        { ...johndoe, ...cli, grant_type: 'password' },
      ].map((form) =>
        keycardClosed.app.inject({
          method: 'POST',
          url: '/token',
          headers: { 'content-type': formType },
          payload: new URLSearchParams(form).toString(),
        }),
      ),
    )
    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1)
    expect(answers[0]?.json()).toMatchObject({
      error: 'unsupported_grant_type',
      error_description: 'The password grant is switched off here',
    })
    expect(keycardClosed.services.passwords.stats().completed).toBe(completed)
  })
})
