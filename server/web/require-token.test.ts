// requireToken on a plain route: the same bearer rules as on every other surface (RFC 6750).

import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Services } from '../services.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'
import { createTestClock } from '../testing/test-clock.ts'
import { requireToken } from './require-token.ts'

function addMeAsText(app: FastifyInstance, services: Services): void {
  // README: a plain route
  const guard = requireToken(services, 'me:write')
  app.get('/me.txt', { preHandler: guard }, async ({ identity }, reply) => {
    const { username } = await services.users.getCaller(identity)
    return reply.type('text/plain').send(username)
  })
  // README: end
}

const clock = createTestClock()
let keycard: TestApp
let token: string

beforeAll(async () => {
  keycard = await openTestApp({ clock })
  const { app, services } = keycard
  addMeAsText(app, services)
  app.post('/me.txt', { preHandler: requireToken(services) }, async ({ identity }) => identity)
  app.get('/unguarded', async ({ identity }) => identity)
  token = await keycard.tokenFor('johndoe')
})
afterAll(() => keycard.close())

const bearer = (text: string) => ({ authorization: `Bearer ${text}` })
const call = (options: InjectOptions = {}) => keycard.app.inject({ url: '/me.txt', ...options })

/** What a client sees of a refusal. */
async function refusal(options?: InjectOptions) {
  const answer = await call(options)
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.body).not.toContain(token)
  return [answer.statusCode, answer.headers['www-authenticate'], answer.json().detail]
}

const invalid = (text: string) => `Bearer error="invalid_token", error_description="${text}"`
const notValidated = 'Could not validate credentials'

it('a valid token is accepted, and the handler knows the caller', async () => {
  const answer = await call({ headers: bearer(token) })
  expect([answer.statusCode, answer.body]).toEqual([200, 'johndoe'])
  expect(answer.headers['cache-control']).toBe('no-store')
  const headers = bearer(token)
  const identity = await call({ method: 'POST', headers, payload: {} })
  expect(identity.json()).toMatchObject({ clientId: 'keycard-web', scopes: expect.any(Array) })
})

it('R22: the scheme may be written in any case', async () => {
  for (const scheme of ['bearer', 'BEARER']) {
    const answer = await call({ headers: { authorization: `${scheme} ${token}` } })
    expect(answer.statusCode).toBe(200)
  }
})

it('R22: two Authorization headers are refused, although Node would keep the first', async () => {
  await keycard.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = keycard.app.server.address() as AddressInfo
  const ask = (authorization: string[]) =>
    new Promise<number | undefined>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/me.txt' })
        .setHeader('authorization', authorization)
        .once('response', (answer) => resolve(answer.resume().statusCode))
        .once('error', reject)
        .end()
    })
  expect(await ask([`Bearer ${token}`])).toBe(200)
  expect(await ask([`Bearer ${token}`, `Bearer ${token}`])).toBe(400)
})

describe('R23: a token anywhere else is refused', () => {
  const where = 'access_token is not a parameter here: a token goes into the Authorization header'

  it('in the query, even with its name encoded', async () => {
    for (const name of ['access_token', 'access%5Ftoken']) {
      const options = { url: `/me.txt?${name}=${token}` }
      expect(await refusal(options)).toEqual([401, 'Bearer', where])
    }
  })

  it('in the body', async () => {
    const payload = { access_token: token }
    expect(await refusal({ method: 'POST', payload })).toEqual([401, 'Bearer', where])
  })

  it('and a cookie is not searched for one', async () => {
    const headers = { cookie: `access_token=${token}` }
    expect(await refusal({ headers })).toEqual([401, 'Bearer', 'Not authenticated'])
  })
})

it('R24: a token in two places is a malformed request', async () => {
  const detail = 'The token must be sent in one way, not in two'
  const headers = bearer(token)
  const inQuery = { url: `/me.txt?access_token=${token}`, headers }
  const inBody = { method: 'POST', payload: { access_token: token }, headers } as const
  for (const options of [inQuery, inBody]) {
    const challenge = `Bearer error="invalid_request", error_description="${detail}"`
    expect(await refusal(options)).toEqual([400, challenge, detail])
  }
})

it('R25: a missing token is answered with a bare challenge', async () => {
  const expected = [401, 'Bearer', 'Not authenticated']
  expect(await refusal()).toEqual(expected)
  expect(await refusal({ headers: { authorization: 'Basic Og==' } })).toEqual(expected)
})

describe('R26: an invalid token', () => {
  it('garbage', async () => {
    const headers = bearer('a.b.c')
    expect(await refusal({ headers })).toEqual([401, invalid(notValidated), notValidated])
  })

  it('revoked', async () => {
    const revoked = await keycard.tokenFor('johndoe')
    expect((await call({ headers: bearer(revoked) })).statusCode).toBe(200)
    await keycard.app.inject({
      method: 'POST',
      url: '/revoke',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `token=${revoked}`,
    })
    const headers = bearer(revoked)
    expect(await refusal({ headers })).toEqual([401, invalid(notValidated), notValidated])
  })

  it('expired', async () => {
    const headers = bearer(token)
    clock.advance(15 * 60_000)
    const text = 'Token has expired'
    expect(await refusal({ headers })).toEqual([401, invalid(text), text])
    token = await keycard.tokenFor('johndoe')
  })
})

it('R27: a token without the scope gets an answer that names the missing one', async () => {
  const headers = bearer(await keycard.tokenFor('johndoe', 'me'))
  const challenge = 'Bearer error="insufficient_scope", scope="me:write"'
  expect(await refusal({ headers })).toEqual([403, challenge, 'Not enough permissions'])
})

it('R28: a tRPC call and a REST call with the same token get the same answer', async () => {
  const headers = bearer('a.b.c')
  const plain = await call({ headers })
  for (const url of ['/trpc/users.me', '/api/users/me']) {
    const answer = await keycard.app.inject({ url, headers })
    expect(answer.statusCode).toBe(plain.statusCode)
    expect(answer.headers['www-authenticate']).toBe(plain.headers['www-authenticate'])
  }
})

it('a route without the guard has no identity, whatever token is sent', async () => {
  const answer = await call({ url: '/unguarded', headers: bearer(token) })
  expect([answer.statusCode, answer.json()]).toEqual([500, { detail: 'Internal Server Error' }])
})

it('a scope that is not in the catalogue is a compile error', () => {
  // @ts-expect-error There is no such scope.
  expect(requireToken(keycard.services, 'me:wirte')).toBeTypeOf('function')
})

it("the example in the README is this test's route", () => {
  const own = readFileSync(new URL(import.meta.url), 'utf8')
  const [, example = ''] = /\/\/ README: a plain route\n(.*?) *\/\/ README: end/s.exec(own) ?? []
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  expect(example.trim()).toMatch(/^const guard/)
  expect(readme).toContain(example.replaceAll(/^ {2}/gm, '').trim())
})
