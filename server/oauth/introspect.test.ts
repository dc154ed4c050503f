// POST /introspect: its answer about a token agrees with what a call with that token would get.

import fc from 'fast-check'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '../contract/app-error.ts'
import type { TokenResponse } from '../contract/oauth.ts'
import { operator } from '../testing/operator.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'
import { createTestClock } from '../testing/test-clock.ts'

const clock = createTestClock()
const minute = 60_000
const inactive = '{"active":false}'

let keycard: TestApp
beforeAll(async () => {
  keycard = await openTestApp({ clock })
})
afterAll(() => keycard.close())

type Fields = Record<string, string>

function post(url: string, fields: Fields, headers: Fields = {}, app = keycard.app) {
  return app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(fields).toString(),
  })
}

async function signIn(fields: Fields = {}): Promise<Required<TokenResponse>> {
  const answer = await post('/token', { username: 'johndoe', password: 'secret', ...fields })
  expect(answer.statusCode).toBe(200)
  return answer.json()
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

async function introspect(token: string, admin?: string): Promise<string> {
  const headers = bearer(admin ?? (await keycard.tokenFor('admin')))
  const answer = await post('/introspect', { token }, headers)
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['cache-control']).toBe('no-store')
  return answer.body
}

test('describes an active token in the words of RFC 7662 §2.2', async () => {
  const { access_token } = await signIn({
    scope: 'me:write me',
    client_id: 'keycard-cli',
    grant_type: 'password',
  })
  const { iat, exp, sub, jti } = decodeJwt(access_token)
  expect(JSON.parse(await introspect(access_token))).toEqual({
    active: true,
    scope: 'me me:write',
    client_id: 'keycard-cli',
    username: 'johndoe',
    token_type: 'Bearer',
    exp,
    iat,
    sub,
    aud: 'http://localhost:3000',
    iss: 'http://localhost:3000',
    jti,
  })
})

describe('R52: introspection needs authorization', () => {
  const refusal = async (headers: Fields, fields: Fields = {}) => {
    const { access_token } = await signIn()
    const answer = await post('/introspect', { token: access_token, ...fields }, headers)
    expect(answer.body).not.toContain('johndoe')
    const { error } = answer.json()
    return [answer.statusCode, error, answer.headers['www-authenticate']]
  }

  test('refuses a caller that names no client and shows no token', async () => {
    expect(await refusal({})).toEqual([401, 'invalid_client', 'Bearer'])
  })

  test('refuses a public client, however it is named', async () => {
    const named = { client_id: 'keycard-cli' }
    expect(await refusal({}, named)).toEqual([401, 'invalid_client', 'Bearer'])
    const basic = `Basic ${Buffer.from('keycard-cli:').toString('base64')}`
    const challenge = 'Basic realm="keycard"'
    expect(await refusal({ authorization: basic })).toEqual([401, 'invalid_client', challenge])
  })

  test('refuses a bearer token without users:read', async () => {
    const challenge = 'Bearer error="insufficient_scope", scope="users:read"'
    const expected = [403, 'insufficient_scope', challenge]
    expect(await refusal(bearer(await keycard.tokenFor('johndoe')))).toEqual(expected)
    expect(await refusal(bearer(await keycard.tokenFor('admin', 'me')))).toEqual(expected)
  })

  test('refuses a bearer token that is invalid or expired', async () => {
    const challenge = (text: string) => `Bearer error="invalid_token", error_description="${text}"`
    expect(await refusal(bearer('a.b.c'))).toEqual([
      401,
      'invalid_token',
      challenge('Could not validate credentials'),
    ])
    const admin = await keycard.tokenFor('admin')
    clock.advance(15 * minute)
    const expired = challenge('Token has expired')
    expect(await refusal(bearer(admin))).toEqual([401, 'invalid_token', expired])
  })

  test('accepts a bearer token with users:read, whatever token it asks about', async () => {
    const admin = await keycard.tokenFor('admin', 'users:read')
    expect(await introspect(admin, admin)).toContain('"active":true')
    expect(await introspect('garbage', admin)).toBe(inactive)
  })

  test('accepts a client that has proved its secret', async () => {
    const api = { client_id: 'api', client_secret: await addMachine('api') }
    const { access_token } = await signIn()
    const basic = Buffer.from(`${api.client_id}:${api.client_secret}`).toString('base64')
    const token = { token: access_token }
    const inHeader = await post('/introspect', token, { authorization: `Basic ${basic}` })
    expect(inHeader.json()).toMatchObject({ active: true, username: 'johndoe' })
    const inBody = await post('/introspect', { ...token, ...api })
    expect(inBody.json()).toMatchObject({ active: true, username: 'johndoe' })
    const wrong = await post('/introspect', { ...token, ...api, client_secret: 'a guess' })
    expect([wrong.statusCode, wrong.json().error]).toEqual([400, 'invalid_client'])
  })
})

async function addMachine(id: string): Promise<string> {
  const { secret } = await keycard.services.clients.add({
    id,
    name: 'A machine',
    isConfidential: true,
    isFirstParty: false,
    grants: ['client_credentials'],
    scopes: ['users:read'],
  })
  return secret ?? ''
}

async function machineToken(id: string): Promise<string> {
  const client = { client_id: id, client_secret: await addMachine(id) }
  const answer = await post('/token', { grant_type: 'client_credentials', ...client })
  expect(answer.statusCode).toBe(200)
  return answer.json().access_token
}

test('a token that a client got for itself names the client, and no user', async () => {
  const answer = JSON.parse(await introspect(await machineToken('nightly')))
  expect(answer).toMatchObject({ active: true, client_id: 'nightly', sub: 'nightly' })
  expect(answer).not.toHaveProperty('username')
})

async function passesLocally(token: string): Promise<boolean> {
  try {
    await keycard.services.identities.identify([`Bearer ${token}`])
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
    return false
  }
}

/** Makes a token, and states what introspection and a call must both find. */
type State = [name: string, active: boolean, make: () => Promise<string>]

async function freshUser() {
  const username = `user-${Math.random().toString(36).slice(2)}`
  const password = 'tram gravel onion 42'
  const { id } = await keycard.services.accounts.create({ username, password, role: 'user' })
  return { id, username, password }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const accessToken = async () => (await signIn()).access_token

async function reheaded(header: object): Promise<string> {
  const [old = '', payload, signature] = (await accessToken()).split('.')
  const members = JSON.parse(Buffer.from(old, 'base64url').toString())
  return [encode({ ...members, ...header }), payload, signature].join('.')
}

const states: State[] = [
  ['live', true, accessToken],
  ['live, of one scope', true, async () => (await signIn({ scope: 'me' })).access_token],
  [
    'live, and its session refreshed since',
    true,
    async () => {
      const { access_token, refresh_token } = await signIn()
      await post('/token', { grant_type: 'refresh_token', refresh_token })
      return access_token
    },
  ],
  [
    'in its last second',
    true,
    async () => {
      const token = await accessToken()
      clock.advance(15 * minute - 1000)
      return token
    },
  ],
  [
    'expired just now',
    false,
    async () => {
      const token = await accessToken()
      clock.advance(15 * minute)
      return token
    },
  ],
  [
    'long expired',
    false,
    async () => {
      const token = await accessToken()
      clock.advance(60 * 24 * 60 * minute)
      return token
    },
  ],
  [
    'revoked',
    false,
    async () => {
      const token = await accessToken()
      await post('/revoke', { token })
      return token
    },
  ],
  [
    'of a session that was signed out',
    false,
    async () => {
      const token = await accessToken()
      await keycard.services.signOut.bySessionId(String(decodeJwt(token).sid))
      return token
    },
  ],
  [
    'of a session whose refresh token was used twice',
    false,
    async () => {
      const { access_token, refresh_token } = await signIn()
      const asked = { grant_type: 'refresh_token', refresh_token }
      const { refresh_token: lost = '' } = (await post('/token', asked)).json<TokenResponse>()
      clock.advance(31_000)
      await post('/token', asked)
      await post('/token', { ...asked, refresh_token: lost })
      return access_token
    },
  ],
  [
    'of a user who was disabled',
    false,
    async () => {
      const { id, ...credentials } = await freshUser()
      const { access_token } = await signIn(credentials)
      await keycard.services.userAdministration.disable(id, operator)
      return access_token
    },
  ],
  ['a refresh token', false, async () => (await signIn()).refresh_token],
  [
    'of a client that was removed',
    false,
    async () => {
      const token = await machineToken('removed-soon')
      await keycard.services.clients.remove('removed-soon', operator)
      return token
    },
  ],
  ['garbage', false, async () => 'garbage'],
  ['three parts of garbage', false, async () => 'a.b.c'],
  ['alg none', false, () => reheaded({ alg: 'none' })],
  [
    'alg none, unsigned',
    false,
    async () => `${(await reheaded({ alg: 'none' })).split('.').slice(0, 2).join('.')}.`,
  ],
  ['alg HS256', false, () => reheaded({ alg: 'HS256' })],
  ['alg ES256', false, () => reheaded({ alg: 'ES256' })],
  ['another kid', false, () => reheaded({ kid: 'another' })],
  ['typ JWT', false, () => reheaded({ typ: 'JWT' })],
  [
    'the payload of another token',
    false,
    async () => {
      const [header, , signature] = (await accessToken()).split('.')
      const [, payload] = (await keycard.tokenFor('admin')).split('.')
      return [header, payload, signature].join('.')
    },
  ],
  ['with padding', false, async () => `${await accessToken()}==`],
  [
    'of another Keycard',
    false,
    async () => {
      const other = await openTestApp({ clock })
      const token = await other.tokenFor('johndoe')
      await other.close()
      return token
    },
  ],
]

describe('R53: introspection and a protected call agree on every token', () => {
  test.each(states)('%s', async (_name, active, make) => {
    const token = await make()
    expect(await passesLocally(token)).toBe(active)
    const answer = await introspect(token)
    if (active) expect(JSON.parse(answer)).toMatchObject({ active: true, username: 'johndoe' })
    else expect(answer).toBe(inactive)
  })

  test('for HS256 too, live and revoked', async () => {
    const shared = await openTestApp({
      env: { JWT_ALGORITHM: 'HS256', SECRET_KEY: 'Vp8LQ7mZk2Nf4XrT9wYb3HcJ6sGd1KeA' },
    })
    const [token, admin] = [await shared.tokenFor('johndoe'), await shared.tokenFor('admin')]
    const ask = () => post('/introspect', { token }, bearer(admin), shared.app)
    expect((await ask()).json()).toMatchObject({ active: true })
    await post('/revoke', { token }, {}, shared.app)
    expect((await ask()).body).toBe(inactive)
    await shared.close()
  })

  test('property: a token with noise in it (2,000 cases)', async () => {
    const { access_token, refresh_token } = await signIn()
    const admin = await keycard.tokenFor('admin')
    const noise = fc
      .string({ unit: 'grapheme-ascii', maxLength: 2 })
      .map((text) => text.replaceAll(' ', ''))
    const shown = fc
      .tuple(fc.constantFrom(access_token, refresh_token), fc.nat(500), noise, fc.nat(1))
      .map(([token, at, text, cut]) => `${token.slice(0, at)}${text}${token.slice(at + cut)}`)
    let activeCount = 0
    await fc.assert(
      fc.asyncProperty(shown, async (token) => {
        const isActive = (await introspect(token, admin)) !== inactive
        expect(isActive).toBe(await passesLocally(token))
        if (isActive) activeCount += 1
      }),
      { numRuns: 2_000 },
    )
    // Noise of length zero leaves the token as it was, so the property has seen both answers.
    expect(activeCount).toBeGreaterThan(0)
  }, 120_000)
})
