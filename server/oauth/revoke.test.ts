// POST /revoke: a revoked token grants nothing any more, and no client can revoke another's.

import { sql } from 'kysely'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { TokenResponse } from '../contract/oauth.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'
import { createTestClock } from '../testing/test-clock.ts'

const clock = createTestClock()
let keycard: TestApp
beforeAll(async () => {
  keycard = await openTestApp({ clock })
})
afterAll(() => keycard.close())

type Fields = Record<string, string>

function post(url: string, fields: Fields, headers: Fields = {}) {
  return keycard.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(fields).toString(),
  })
}

const revoke = (fields: Fields, headers?: Fields) => post('/revoke', fields, headers)

async function signIn(fields: Fields = {}): Promise<Required<TokenResponse>> {
  const answer = await post('/token', {
    grant_type: 'password',
    username: 'johndoe',
    password: 'secret',
    ...fields,
  })
  expect(answer.statusCode).toBe(200)
  return answer.json()
}

const refresh = (refresh_token: string, fields: Fields = {}) =>
  post('/token', { grant_type: 'refresh_token', refresh_token, ...fields })

async function opens(accessToken: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${accessToken}` }
  const answer = await keycard.app.inject({ url: '/api/protected', headers })
  expect([200, 401]).toContain(answer.statusCode)
  return answer.statusCode === 200
}

function expectEmpty200(answer: Awaited<ReturnType<typeof post>>): void {
  expect([answer.statusCode, answer.body]).toEqual([200, '{}'])
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.headers.pragma).toBe('no-cache')
}

describe('R49: a revoked token ends its session', () => {
  test('by the refresh token: every access token of the session ends with it', async () => {
    const first = await signIn()
    const second = (await refresh(first.refresh_token)).json<Required<TokenResponse>>()
    expect(await opens(first.access_token)).toBe(true)
    expectEmpty200(await revoke({ token: second.refresh_token }))
    expect(await opens(first.access_token)).toBe(false)
    expect(await opens(second.access_token)).toBe(false)
    expect((await refresh(second.refresh_token)).json()).toMatchObject({ error: 'invalid_grant' })
  })

  test('by the access token: the refresh token ends too, since a session is one row', async () => {
    const tokens = await signIn()
    expectEmpty200(await revoke({ token: tokens.access_token }))
    expect(await opens(tokens.access_token)).toBe(false)
    expect((await refresh(tokens.refresh_token)).json()).toMatchObject({ error: 'invalid_grant' })
  })

  test('by a refresh token that was already traded: its holder wants the session ended', async () => {
    const first = await signIn()
    const second = (await refresh(first.refresh_token)).json<Required<TokenResponse>>()
    expectEmpty200(await revoke({ token: first.refresh_token }))
    expect(await opens(second.access_token)).toBe(false)
  })

  test("and leaves the user's other sessions alone", async () => {
    const [one, other] = [await signIn(), await signIn()]
    await revoke({ token: one.refresh_token })
    expect(await opens(other.access_token)).toBe(true)
    expect((await refresh(other.refresh_token)).statusCode).toBe(200)
  })
})

test('R49: a token that a client got for itself has no session, and ends alone', async () => {
  const { secret } = await keycard.services.clients.add({
    id: 'nightly',
    name: 'A machine',
    isConfidential: true,
    isFirstParty: false,
    grants: ['client_credentials'],
    scopes: ['users:read'],
  })
  const client = { client_id: 'nightly', client_secret: secret ?? '' }
  const getToken = async (): Promise<string> =>
    (await post('/token', { grant_type: 'client_credentials', ...client })).json().access_token
  const opensUsers = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    return (await keycard.app.inject({ url: '/api/users', headers })).statusCode
  }
  const [one, other] = [await getToken(), await getToken()]
  expectEmpty200(await revoke({ token: one }))
  expect(await opensUsers(one)).toBe(200)
  expectEmpty200(await revoke({ token: one, ...client }))
  expect([await opensUsers(one), await opensUsers(other)]).toEqual([401, 200])
})

describe('R48: anything that is not one of our tokens is answered with 200', () => {
  test.each(['garbage', 'a.b.c', 'é', ' ', '\0', 'x'.repeat(9_000)])('%j', async (token) => {
    expectEmpty200(await revoke({ token }))
  })

  test('a token that was already revoked', async () => {
    const { access_token, refresh_token } = await signIn()
    for (const token of [refresh_token, refresh_token, access_token]) {
      expectEmpty200(await revoke({ token }))
    }
  })

  test('an expired token, which grants nothing and so ends nothing', async () => {
    const { access_token, refresh_token } = await signIn()
    clock.advance(15 * 60_000)
    expectEmpty200(await revoke({ token: access_token }))
    expect((await refresh(refresh_token)).statusCode).toBe(200)
  })

  test.each(['access_token', 'id_token', 'nonsense'])(
    'R48: a refresh token is revoked in spite of the hint %s',
    async (token_type_hint) => {
      const { access_token, refresh_token } = await signIn()
      expectEmpty200(await revoke({ token: refresh_token, token_type_hint }))
      expect(await opens(access_token)).toBe(false)
    },
  )

  test('R48: an access token is revoked in spite of the hint refresh_token', async () => {
    const { access_token } = await signIn()
    expectEmpty200(await revoke({ token: access_token, token_type_hint: 'refresh_token' }))
    expect(await opens(access_token)).toBe(false)
  })
})

describe("R50: another client's token is not revoked", () => {
  test.each(['access_token', 'refresh_token'] as const)('%s', async (kind) => {
    const cli = { client_id: 'keycard-cli' }
    const tokens = await signIn(cli)
    expectEmpty200(await revoke({ token: tokens[kind], client_id: 'keycard-web' }))
    expectEmpty200(await revoke({ token: tokens[kind] }))
    expect(await opens(tokens.access_token)).toBe(true)
    const refreshed = await refresh(tokens.refresh_token, cli)
    expect(refreshed.statusCode).toBe(200)
    // Control: its own client can revoke it.
    expectEmpty200(await revoke({ token: tokens[kind], ...cli }))
    expect(await opens(tokens.access_token)).toBe(false)
  })
})

test('an internal error is answered as one, without details', async () => {
  const lines: string[] = []
  const logger = pino({ level: 'error' }, { write: (line) => lines.push(line) })
  const broken = await openTestApp({ logger })
  onTestFinished(() => broken.close())
  const token = await broken.tokenFor('johndoe')
  await sql`alter table sessions rename to lost`.execute(broken.services.database.kysely)
  const answer = await broken.app.inject({
    method: 'POST',
    url: '/revoke',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ token }).toString(),
  })
  const description = 'Something went wrong on our side'
  expect([answer.statusCode, answer.json()]).toEqual([
    500,
    { error: 'server_error', error_description: description, detail: description },
  ])
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(lines.filter((line) => line.includes('OAuth2 endpoint failed'))).toHaveLength(1)
})

describe('a malformed request is refused', () => {
  test('without a token', async () => {
    const answer = await revoke({ token_type_hint: 'access_token' })
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toEqual({
      error: 'invalid_request',
      error_description: 'token is missing',
      detail: 'token is missing',
    })
    // This endpoint accepts no bearer token, so it does not ask for one.
    const withBearer = await revoke({}, { authorization: 'Bearer x' })
    expect(withBearer.headers['www-authenticate']).toBeUndefined()
  })

  test('of an unknown client, in the form that fits how it was named', async () => {
    const inBody = await revoke({ token: 'x', client_id: 'nobody' })
    expect([inBody.statusCode, inBody.json().error]).toEqual([400, 'invalid_client'])
    const authorization = `Basic ${Buffer.from('nobody:x').toString('base64')}`
    const byBasic = await revoke({ token: 'x' }, { authorization })
    expect([byBasic.statusCode, byBasic.json().error]).toEqual([401, 'invalid_client'])
    expect(byBasic.headers['www-authenticate']).toBe('Basic realm="keycard"')
  })

  test('with GET, or with a token in the query only', async () => {
    const { access_token } = await signIn()
    const get = await keycard.app.inject(`/revoke?token=${access_token}`)
    expect([get.statusCode, get.headers.allow]).toEqual([405, 'POST'])
    const answer = await post(`/revoke?token=${access_token}`, {})
    expect(answer.json()).toMatchObject({ error: 'invalid_request' })
    expect(await opens(access_token)).toBe(true)
  })

  test('in JSON', async () => {
    const answer = await keycard.app.inject({
      method: 'POST',
      url: '/revoke',
      payload: { token: 'x' },
    })
    expect([answer.statusCode, answer.json().error]).toEqual([415, 'invalid_request'])
  })
})
