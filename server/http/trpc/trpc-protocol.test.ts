// The same protocol: each request of a table gets the same answer from our adapter as from tRPC's own.

import { initTRPC, TRPCError } from '@trpc/server'
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AppError } from '../../contract/app-error.ts'
import { openTestApp, type TestApp } from '../../testing/test-app.ts'
import type { Context } from '../../trpc/context.ts'
import { appRouter } from '../../trpc/router.ts'
import { answerByTrpc, trpcPlugin } from './trpc.ts'

/** Everything a procedure may do, with inputs and outputs that a transformer has to carry. */
function makeRouter(transformer?: typeof dates) {
  const t = initTRPC
    .context<Context>()
    .create({ isDev: false, ...(transformer && { transformer }) })
  const fail = (error: unknown) => {
    throw error
  }
  return t.router({
    echo: t.procedure.input(z.any()).query(({ input }) => input),
    typed: t.procedure
      .input(z.object({ id: z.string(), count: z.int().optional() }))
      .query(({ input, path, batchIndex }) => ({ ...input, path, batchIndex })),
    nothing: t.procedure.query(() => undefined),
    null: t.procedure.query(() => null),
    date: t.procedure.input(z.any()).query(() => ({ at: new Date(0) })),
    deep: t.router({ er: t.procedure.query(() => 'deeper') }),
    bigint: t.procedure.query(() => ({ far: 10n ** 20n })),
    promises: t.procedure.query(() => ({ later: Promise.resolve(1) })),
    lines: t.procedure.query(async function* () {
      yield 1
    }),
    throwsText: t.procedure.query(() => fail('a text')),
    throwsError: t.procedure.query(() => fail(new Error('not for the client'))),
    throwsTeapot: t.procedure.query(() => fail(new TRPCError({ code: 'CONFLICT', message: 'no' }))),
    throwsRule: t.procedure.query(() => fail(new AppError('not_authenticated', 'who?'))),
    badOutput: t.procedure.output(z.object({ a: z.string() })).query(() => ({ a: 1 }) as never),
    change: t.procedure.input(z.any()).mutation(({ input }) => ({ changed: input })),
    changeTyped: t.procedure.input(z.object({ id: z.string() })).mutation(({ input }) => input),
    events: t.procedure.subscription(async function* () {
      yield 'first'
    }),
  })
}

/** A small superjson; and like a class instance, it must be called as a method. */
const dates = {
  revive: (sent: unknown) => sent,
  serialize: (value: unknown) => ({ sent: value instanceof Date ? value.toJSON() : value }),
  deserialize(value: { sent?: unknown }) {
    return this.revive(value.sent)
  },
}

let keycard: TestApp
const apps: FastifyInstance[] = []
beforeAll(async () => {
  keycard = await openTestApp()
})
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()))
  await keycard.close()
})

type AnyRouter = Parameters<typeof answerByTrpc>[0]

/** Two apps that differ only in which adapter answers. */
async function openBoth(router: AnyRouter) {
  const { services } = keycard
  const [ours, theirs] = [Fastify(), Fastify()]
  apps.push(ours, theirs)
  await ours.register(async (scope) => trpcPlugin(scope, services, router))
  await theirs.register(async (scope) => trpcPlugin(scope, services, router, answerByTrpc))
  return { ours, theirs }
}

/** The allowed differences: a streamed answer has no length, and Fastify adds a charset to text. */
async function ask(app: FastifyInstance, request: InjectOptions) {
  const answer = await app.inject(request)
  const { date, connection, 'content-length': length, ...headers } = answer.headers
  delete headers['transfer-encoding']
  headers['content-type'] = String(headers['content-type']).replace('; charset=utf-8', '')
  return { status: answer.statusCode, headers, body: withoutChance(answer.body) }
}

/** Ids and times differ each time. */
function withoutChance(body: string): string {
  return body
    .replaceAll(/"(?![A-Z_]+")[\w-]{22}"/g, '"an id"')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'a time')
}

const json = { 'content-type': 'application/json' }
const encode = (value: unknown) => encodeURIComponent(JSON.stringify(value))

const inputs = [
  '',
  '{}',
  'null',
  '"text"',
  '[]',
  '[1,{"id":"a"}]',
  '{"id":"a","count":2}',
  '{"id":1}',
  '{"0":{"id":"a"},"1":{"id":"b"}}',
  '{"0":null}',
  '{"sent":"2026-01-01"}',
  '{"__proto__":{"id":"a"}}',
  '{"id":"\\ud800"}',
  '{"id":"é\u2028😀"}',
  '{broken',
  '\ufeff{"id":"a"}',
]

const searches = ['', '?', '?batch=1', '?batch=0', '?batch=1&batch=0', '?Batch=1', '?x=%E9', '?a#b']
const names = [
  ...['echo', 'typed', 'nothing', 'null', 'date', 'deep.er', 'bigint', 'promises', 'lines'],
  ...['throwsText', 'throwsError', 'throwsTeapot', 'throwsRule', 'badOutput'],
  ...['change', 'changeTyped', 'missing', 'deep', '__proto__', 'constructor', 'ech%6F', 'events'],
]
const batches = [
  ...['echo,typed', 'nothing,nothing,null', 'typed,throwsTeapot', 'throwsRule,throwsError'],
  ...['throwsRule,throwsRule', 'echo,missing', 'echo,change', 'change,changeTyped', 'lines,echo'],
  ...['bigint,echo', 'echo,', ',', 'echo%2Cecho', 'events,echo', Array(11).fill('echo').join()],
]

/** Badly encoded, given twice, or empty. */
const oddQueries = [
  ...['input=%22%E9%22', 'input=%22%zz%22', 'input=%22%', 'input=%22+%2B%25%22', 'inp%75t=1'],
  ...['input=1&input=2', 'input=&input=1', 'input', 'input=%22%E9%22&input=1', 'batch=%31&input=1'],
  ...['batch=1&batch=0&input=%7B%220%22:1%7D', 'batch=0&batch=1&input=1', 'batch[]=1&input=1'],
  ...['input=%C3%A9', 'input=%22%EF%BB%BF%22', 'connectionParams', 'a=%E9&input=1', '=1&input=1'],
]

/** A few of each kind, and every kind. */
function listRequests(): InjectOptions[] {
  const paths = [...names, ...batches]
  const queries = paths.flatMap((path) => [
    ...inputs.map((input) => `/trpc/${path}?input=${encodeURIComponent(input)}`),
    ...inputs.map((input) => `/trpc/${path}?batch=1&input=${encodeURIComponent(input)}`),
    ...searches.map((search) => `/trpc/${path}${search}`),
  ])
  const mutations = paths.flatMap((path) =>
    inputs.flatMap((payload) =>
      ['', '?batch=1'].map((search) => ({ url: `/trpc/${path}${search}`, payload })),
    ),
  )
  return [
    ...queries.map((url): InjectOptions => ({ method: 'GET', url })),
    ...mutations.map((call): InjectOptions => ({ method: 'POST', headers: json, ...call })),
    ...listOddRequests(),
  ]
}

function listOddRequests(): InjectOptions[] {
  const url = `/trpc/typed?input=${encode({ id: 'a' })}`
  const payload = '{"id":"a"}'
  const headers = [
    { accept: 'application/jsonl' },
    { 'trpc-accept': 'application/jsonl' },
    { 'trpc-accept': 'application/json' },
    { 'content-type': 'application/json; charset=utf-8' },
    { 'content-type': 'application/jsonx' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-type': 'application/octet-stream' },
    { 'content-type': 'text/plain' },
    { host: '[::1]:3000' },
  ]
  return [
    ...(['HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const).flatMap((method) => [
      { method, url },
      { method, url: '/trpc/change', headers: json, payload },
    ]),
    ...headers.flatMap((some): InjectOptions[] => [
      { method: 'GET', url, headers: some },
      { method: 'GET', url: `/trpc/echo,typed?batch=1&input=${encode({})}`, headers: some },
      { method: 'POST', url: '/trpc/changeTyped', headers: { ...json, ...some }, payload },
    ]),
    { method: 'POST', url: '/trpc/change' },
    { method: 'POST', url: '/trpc/change', headers: json },
    { method: 'POST', url: '/trpc/typed', headers: json, payload },
    { method: 'GET', url: '/trpc/changeTyped', headers: json },
    { method: 'POST', url: '/trpc/change', headers: json, payload: `"${'x'.repeat(70_000)}"` },
    { method: 'POST', url: '/trpc/change', headers: json, payload: Buffer.from([0x22, 0xff]) },
    { method: 'GET', url: `${url}&connectionParams=%7B%22a%22%3A%22b%22%7D` },
    { method: 'GET', url: `${url}&connectionParams=null` },
    { method: 'GET', url: `/trpc/${'x'.repeat(4_000)}` },
    ...oddQueries.map((query): InjectOptions => ({ method: 'GET', url: `/trpc/echo?${query}` })),
  ]
}

describe.each([
  { name: 'without a transformer', router: makeRouter() },
  { name: 'with a transformer', router: makeRouter(dates) },
])('$name', ({ router }) => {
  test('R86: an invalid Host does not matter, whichever adapter answers', async () => {
    const { ours, theirs } = await openBoth(router)
    for (const host of ['a b', 'example.com:99999', '', '/', 'someone:secret@example.com']) {
      const request: InjectOptions = { method: 'GET', url: '/trpc/null', headers: { host } }
      expect(await ask(ours, request), host).toMatchObject({ status: 200 })
      expect(await ask(theirs, request), host).toMatchObject({ status: 200 })
    }
  })

  test('more than two thousand requests get the same answer as from tRPC’s own adapter', async () => {
    const { ours, theirs } = await openBoth(router)
    const requests = listRequests()
    expect(requests.length).toBeGreaterThan(2_000)
    for (const request of requests) {
      const [seen, expected] = [await ask(ours, request), await ask(theirs, request)]
      expect(seen, `${request.method} ${request.url} ${request.payload}`).toEqual(expected)
    }
  })
})

test('our own procedures answer alike, whatever token is sent', async () => {
  const { ours, theirs } = await openBoth(appRouter)
  const token = await keycard.tokenFor('johndoe')
  const narrow = await keycard.tokenFor('johndoe', 'me')
  const authorizations = [
    {},
    { authorization: `Bearer ${token}` },
    { authorization: `Bearer ${narrow}` },
    { authorization: `Bearer ${token.slice(0, -2)}` },
    { authorization: 'Basic am9objpkb2U=' },
  ]
  const batch = 'identity,activity.list,users.list'
  const urls = [
    ...['identity', 'protected', 'users.me', 'activity.list', 'users.list', 'auth.rules'],
    `${batch}?batch=1&input=${encode({ 1: { limit: 1 }, 2: { page: 0 } })}`,
    `${batch}?batch=1&input=${encode({ 1: {}, 2: {} })}`,
    `activity.list?input=${encode({ limit: 'many' })}`,
  ]
  for (const headers of authorizations) {
    for (const url of urls) {
      const request: InjectOptions = { method: 'GET', url: `/trpc/${url}`, headers }
      expect(await ask(ours, request), url).toEqual(await ask(theirs, request))
    }
    for (const payload of ['{"id":"x"}', '{"id":""}', '{', '[]']) {
      const headersOfJson = { ...json, ...headers }
      const request: InjectOptions = {
        method: 'POST',
        url: '/trpc/users.setRole',
        headers: headersOfJson,
        payload,
      }
      expect(await ask(ours, request), payload).toEqual(await ask(theirs, request))
    }
  }
})
