// Any request to /api gets a proper answer: never a 5xx, always JSON with a detail.

import fc from 'fast-check'
import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestApp, type TestApp } from '../../testing/test-app.ts'

let keycard: TestApp
let token: string

beforeAll(async () => {
  keycard = await openTestApp()
  token = await keycard.tokenFor('admin')
})
afterAll(() => keycard.close())

/**
 * Printable ASCII, so that it fits in a request line, with many characters that have a meaning
 * there.
 */
const urlText = fc
  .array(
    fc.oneof(
      fc.constantFrom('%', '%00', '%FF', '%zz', '%2F', '%C3%A9', '+', '=', '&', '..', '//', ';'),
      fc.stringMatching(/^[!$-~]{1,4}$/),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join('').replaceAll('#', '%23'))

const realPaths = [
  '/api/users',
  '/api/users/me',
  '/api/users/a/set-role',
  '/api/sessions',
  '/api/protected',
  '/api/sessions/a',
]

const path = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...realPaths) },
  { weight: 1, arbitrary: urlText.map((text) => `/api/sessions/${text}`) },
  { weight: 1, arbitrary: urlText.map((text) => `/api/${text}`) },
)

const names = [
  'page',
  'per_page',
  'limit',
  'cursor',
  'id',
  'title',
  'description',
  'role',
  '__proto__',
]
const value = fc.oneof(urlText, fc.integer().map(String), fc.double().map(String))
const query = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...names), urlText), value), { maxLength: 2 })
  .map((pairs) => pairs.map((pair) => pair.join('=')).join('&'))

const anyBody = fc.oneof(
  fc.constant(undefined),
  fc.dictionary(fc.constantFrom(...names), fc.jsonValue()).map((body) => JSON.stringify(body)),
  fc
    .record({ title: fc.string({ unit: 'binary' }), description: fc.string() })
    .map((body) => JSON.stringify(body)),
  fc.json(),
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
)

const anyRequest: fc.Arbitrary<InjectOptions> = fc
  .record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
    path,
    query,
    body: anyBody,
    type: fc.constantFrom('application/json', 'application/json; charset=x', 'text/plain', ''),
    authorization: fc.oneof(
      { weight: 4, arbitrary: fc.constant('good') },
      { weight: 1, arbitrary: fc.stringMatching(/^[ -~]{0,30}$/) },
    ),
  })
  .map(({ body, type, authorization, ...request }) => ({
    method: request.method,
    url: `${request.path}?${request.query}`,
    headers: {
      'content-type': type,
      authorization: authorization === 'good' ? `Bearer ${token}` : authorization,
    },
    ...(body !== undefined && { payload: body }),
  }))
  // Dots may lead out of /api, to pages that answer as pages.
  .filter(({ url }) => new URL(url, 'http://localhost').pathname.startsWith('/api/'))

it('R86: answers 2,000 hostile requests without a single 5xx', async () => {
  const seen = new Set<number>()
  await fc.assert(
    fc.asyncProperty(anyRequest, async (request) => {
      const answer = await keycard.app.inject(request)
      seen.add(answer.statusCode)
      expect(answer.statusCode).toBeLessThan(500)
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
      if (answer.statusCode >= 400 && request.method !== 'HEAD') {
        expect(answer.json()).toMatchObject({ detail: expect.any(String) })
      }
    }),
    { numRuns: 2_000 },
  )
  // Not all of them were refused at the first check.
  expect([...seen]).toEqual(expect.arrayContaining([200, 400, 401, 404, 405, 415, 422]))
})
