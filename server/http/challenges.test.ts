// R28: every refusal that RFC 6750 names bears its challenge, at every route there is.

import type { AnyTRPCProcedure } from '@trpc/server'
import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../testing/test-app.ts'
import type { ProcedureMeta } from '../trpc/procedures.ts'
import { appRouter } from '../trpc/router.ts'
import { requireToken } from '../web/require-token.ts'
import { listRestProcedures } from './rest/rest-procedures.ts'

let keycard: TestApp
let token: string
/** Without a scope that any procedure asks for: such a token only shows its user who they are. */
let narrow: string
beforeAll(async () => {
  keycard = await openTestApp()
  const { app, services } = keycard
  app.post('/own', { preHandler: requireToken(services, 'me:write') }, async () => 'in')
  token = await keycard.tokenFor('admin')
  narrow = await keycard.tokenFor('admin', 'me')
})
afterAll(() => keycard.close())

const json = { 'content-type': 'application/json' }

interface ProtectedRoute {
  request: InjectOptions & { url: string }
  scopes: readonly string[]
}

const restRoutes = listRestProcedures(appRouter)
  .filter(({ isPublic }) => !isPublic)
  .map(({ rest, scopes }): [string, ProtectedRoute] => [
    `${rest.method} /api${rest.path}`,
    {
      request: { method: rest.method, url: `/api${rest.path.replaceAll(/\{\w+\}/g, 'x')}` },
      scopes,
    },
  ])

const procedures: Record<string, AnyTRPCProcedure> = appRouter._def.procedures as never
const trpcRoutes = Object.entries(procedures).flatMap(
  ([name, procedure]): [string, ProtectedRoute][] => {
    const { type } = procedure._def
    const meta = procedure._def.meta as ProcedureMeta
    if (meta.access !== 'protected' || type === 'subscription') return []
    const method = type === 'query' ? 'GET' : 'POST'
    return [
      [
        `${method} /trpc/${name}`,
        { request: { method, url: `/trpc/${name}` }, scopes: meta.scopes ?? [] },
      ],
    ]
  },
)

const routes: [string, ProtectedRoute][] = [
  ...restRoutes,
  ...trpcRoutes,
  ['POST /own', { request: { method: 'POST', url: '/own' }, scopes: ['me:write'] }],
]

async function ask(
  { request }: ProtectedRoute,
  authorization?: string,
  changes: InjectOptions = {},
) {
  const hasBody = request.method !== 'GET'
  const answer = await keycard.app.inject({
    ...request,
    ...(hasBody && { payload: '{}' }),
    ...changes,
    headers: { ...(hasBody && json), ...(authorization !== undefined && { authorization }) },
  })
  return [answer.statusCode, answer.headers['www-authenticate']]
}

const invalidToken =
  'Bearer error="invalid_token", error_description="Could not validate credentials"'
const malformed = expect.stringMatching(
  /^Bearer error="invalid_request", error_description="[^"\\]+"$/,
)

test('the list of routes comes from the router', () => {
  expect(restRoutes.length).toBeGreaterThan(20)
  expect(trpcRoutes.length).toBeGreaterThan(restRoutes.length - 1)
})

describe.each(routes)('%s', (name, route) => {
  const { request } = route
  const isRest = request.url.startsWith('/api')
  const withUnknown = { url: `${request.url}?unknown=1` }
  const withToken = { url: `${request.url}?access_token=${'x'.repeat(20)}` }
  const broken: InjectOptions =
    request.method === 'GET' ? { url: `${request.url}?input=%7B` } : { payload: '{"a":' }

  test('R25: no token: 401 and a bare challenge, whatever else is wrong', async () => {
    const bare = [401, 'Bearer']
    expect(await ask(route)).toEqual(bare)
    expect(await ask(route, 'Basic am9objpkb2U=')).toEqual(bare)
    expect(await ask(route, undefined, withUnknown)).toEqual(bare)
    if (name !== 'POST /own') expect(await ask(route, undefined, broken)).toEqual(bare)
    if (isRest) expect(await ask(route, undefined, withToken)).toEqual(bare)
  })

  test('R26: an invalid token: 401 invalid_token, whatever else is wrong', async () => {
    for (const wrong of ['Bearer a.b.c', 'Bearer', 'Bearer a b']) {
      expect(await ask(route, wrong)).toEqual([401, invalidToken])
      expect(await ask(route, wrong, withUnknown)).toEqual([401, invalidToken])
    }
  })

  test('R28: a malformed request with a good token: 400 invalid_request', async () => {
    const bearer = `Bearer ${token}`
    if (isRest) expect(await ask(route, bearer, withToken)).toEqual([400, malformed])
    // Not UTF-8. A tRPC query has its input in the URL, and some procedures read no input.
    if (request.method === 'GET') return
    expect(await ask(route, bearer, { payload: Buffer.from([0x7b, 0xff]) })).toEqual([
      400,
      malformed,
    ])
    // No token was sent, so the challenge has no error code (RFC 6750 §3.1).
    const [status, challenge] = await ask(route, undefined, { payload: Buffer.from([0xff]) })
    expect([status, challenge]).toEqual([400, 'Bearer'])
  })
})

const beyondMe = routes.filter(([, { scopes }]) => scopes.some((scope) => scope !== 'me'))

test.each(beyondMe)(
  'R27: %s: a token without the needed scope: 403 naming it, whatever else is wrong',
  async (_name, route) => {
    const { request, scopes } = route
    const refused = [403, `Bearer error="insufficient_scope", scope="${scopes.join(' ')}"`]
    expect(await ask(route, `Bearer ${narrow}`)).toEqual(refused)
    const withUnknown = { url: `${request.url}?unknown=1` }
    expect(await ask(route, `Bearer ${narrow}`, withUnknown)).toEqual(refused)
  },
)

describe('elsewhere', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const introspect = (authorization: string, payload: string) =>
    keycard.app.inject({
      method: 'POST',
      url: '/introspect',
      headers: { ...form, authorization },
      payload,
    })

  test('/introspect tells a bearer what is wrong with the request', async () => {
    const answer = await introspect(`Bearer ${token}`, 'tokn=x')
    expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([400, malformed])
    const short = await introspect(`Bearer ${narrow}`, 'token=x')
    expect(short.headers['www-authenticate']).toBe(
      'Bearer error="insufficient_scope", scope="users:read"',
    )
    const basic = await introspect('Basic Og==', 'tokn=x')
    expect(basic.headers['www-authenticate']).toBe('Bearer')
  })

  test('/metrics distinguishes a wrong token from a missing one', async () => {
    const ask = (headers: Record<string, string>) =>
      keycard.app.inject({ url: '/metrics', headers: { via: '1.1 proxy', ...headers } })
    expect((await ask({})).headers['www-authenticate']).toBe('Bearer')
    expect((await ask({ authorization: 'Bearer x' })).headers['www-authenticate']).toBe(
      'Bearer error="invalid_token"',
    )
  })

  test('every 401 has a challenge, also a refresh without a valid cookie', async () => {
    const headers = { ...json, 'sec-fetch-site': 'same-origin', cookie: 'keycard=x' }
    const answer = await keycard.app.inject({
      method: 'POST',
      url: '/trpc/auth.refresh',
      headers,
      payload: '{}',
    })
    expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, 'Bearer'])
  })

  test('control: an endpoint that needs no token sends no challenge', async () => {
    const login = { method: 'POST', url: '/trpc/auth.login', headers: json, payload: '{' } as const
    const token = { method: 'POST', url: '/token', headers: form, payload: 'username=%zz' } as const
    for (const request of [login, token]) {
      const answer = await keycard.app.inject(request)
      expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([400, undefined])
    }
  })
})
