// Every text from outside has a length bound, which is checked before its characters are read.

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { loginMaxLength, passwordMaxUnits } from '../contract/credential-rules.ts'
import {
  type BodyEndpoint,
  listBodyEndpoints,
  listInputSchemas,
  type Request,
} from '../testing/body-endpoints.ts'
import { makePairs } from '../testing/hostile-bodies.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'
import type { JsonSchema } from './rest/json-schema.ts'

let keycard: TestApp
let endpoints: BodyEndpoint[]
let authorization: string
beforeAll(async () => {
  // Closed after the first sign-in: what is checked here comes before any hash.
  keycard = await openTestApp({ env: { SIGN_IN_FAILURES_PER_ADDRESS: '1' } })
  endpoints = listBodyEndpoints(keycard.app)
  authorization = `Bearer ${await keycard.tokenFor('admin')}`
})
afterAll(() => keycard.close())

const send = ({ headers, ...request }: Request) =>
  keycard.app.inject({
    ...request,
    headers: { ...headers, 'sec-fetch-site': 'same-origin', authorization },
  })

test('the endpoints are read from the router and the app', () => {
  const names = endpoints.map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining([
      'auth.login',
      'users.list',
      'PATCH /api/users/me',
      'GET /api/users',
      'POST /token',
      'POST /revoke',
      'POST /introspect',
      'POST /login',
      'POST /register',
    ]),
  )
})

test('R82: every text that a procedure takes has a length bound, or is one of a few words', () => {
  const unbounded = listInputSchemas().flatMap(({ name, schema }) => findUnbounded(schema, name))
  expect(unbounded).toEqual([])
  expect(findUnbounded({ properties: { a: { type: 'string' } } }, 'control')).toEqual(['control.a'])
})

function findUnbounded(schema: JsonSchema, path: string): string[] {
  const inner = Object.entries(schema.properties ?? {}).map(([name, one]) => [
    one,
    `${path}.${name}`,
  ])
  const same = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].map((one) => [one, path])
  const below = [...inner, ...same, [schema.items ?? {}, `${path}[]`]] as [JsonSchema, string][]
  const isUnbounded =
    schema.type === 'string' &&
    schema.maxLength === undefined &&
    schema.enum === undefined &&
    schema.const === undefined
  if (isUnbounded) return [path]
  return Object.keys(schema).length === 0 ? [] : below.flatMap((one) => findUnbounded(...one))
}

describe('a sign-in with a name longer than the maximum', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  // Two thousand marks in the wrong order: 12 KB in a form, and expensive to normalize.
  const username = `a${'\u0301\u0316'.repeat(1_000)}`
  const payload = new URLSearchParams({ username, password: 'secret' }).toString()

  test.each(['/token', '/login'])('at %s is answered as a wrong password is', async (url) => {
    const answer = await send({ method: 'POST', url, headers: form, payload })
    expect(answer.statusCode).toBe(401)
    const told = url === '/token' ? 'Incorrect username or password' : 'Incorrect username, email'
    expect(answer.body).toContain(told)
  })

  test('through auth.login names the field', async () => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ username, password: 'secret' })
    const answer = await send({ method: 'POST', url: '/trpc/auth.login', headers, payload: body })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().error.data.fields).toEqual([
      { path: 'username', message: 'must have at most 254 characters' },
    ])
  })
})

describe('any input to any endpoint', () => {
  /** The expensive part: normalizing takes time that grows with the square of the marks in a row. */
  async function findLongest(
    requests: readonly Request[],
    ask = send,
  ): Promise<Map<string, number>> {
    const longest = new Map<string, number>()
    const { normalize } = String.prototype
    const spy = vi.spyOn(String.prototype, 'normalize').mockImplementation(function (
      this: string,
      form?: string,
    ) {
      const key = form ?? 'NFC'
      longest.set(key, Math.max(longest.get(key) ?? 0, this.length))
      return normalize.call(this, form)
    })
    try {
      for (const request of requests) {
        const { statusCode, body } = await ask(request)
        expect([statusCode < 500, body], request.url).toEqual([true, body])
      }
    } finally {
      spy.mockRestore()
    }
    return longest
  }

  test('R82: no text is normalized that is longer than a name or a password can be', async () => {
    const requests = endpoints.flatMap((endpoint) =>
      makePairs(endpoint, 10, 1).map(({ hostile }) => hostile),
    )
    const longest = await findLongest(requests)
    expect(longest.get('NFC')).toBeLessThanOrEqual(passwordMaxUnits)
    // Folding a name can make it longer: one character becomes 18 at most.
    expect(longest.get('NFKC')).toBeLessThanOrEqual(loginMaxLength * 18)
  })

  test('control: a text that is normalized before its bound is checked gets noticed', async () => {
    const careless = (request: Request) => {
      request.payload?.normalize('NFKC')
      return send(request)
    }
    const requests = endpoints.map((endpoint) => endpoint.encode({ username: 'a'.repeat(9_000) }))
    const longest = await findLongest(requests, careless)
    expect(longest.get('NFKC')).toBeGreaterThan(loginMaxLength * 18)
  })
})
