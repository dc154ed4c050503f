// Hostile input on every surface: a clear refusal in that surface's format, and no secret in the log.

import { once } from 'node:events'
import { connect } from 'node:net'
import fastify, { type FastifyBaseLogger, type FastifyInstance, type InjectOptions } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageTexts } from '../contract/pages/page-texts.ts'
import { slotMarks } from '../contract/pages/sign-in-slots.ts'
import { forgiveFailures } from '../testing/forgive-failures.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'
import { loginForm } from './pages/login-form.ts'
import { createLoginPage } from './pages/login-page.ts'

/** Planted wherever a secret may stand; it must not be found in the log. */
const planted = 'pl4nted-s3cret'
let log = ''
const logger = pino({ level: 'trace' }, { write: (line: string) => (log += line) })

let keycard: TestApp
/** The sign-in form with a page of its own, since the client may not be built yet. */
let pages: FastifyInstance
let accessToken: string

beforeAll(async () => {
  keycard = await openTestApp({ withNotes: true, logger, env: { TRUSTED_PROXIES: '127.0.0.1' } })
  accessToken = await keycard.tokenFor('admin')
  pages = fastify({ loggerInstance: logger as FastifyBaseLogger })
  await loginForm(pages, keycard.services, {
    pagesFor: () => ({
      texts: pageTexts,
      loginPage: createLoginPage(Object.values(slotMarks).join('\n')),
    }),
  })
})

afterAll(async () => {
  await pages.close()
  await keycard.close()
})

type Answer = Awaited<ReturnType<typeof send>>

function send(options: InjectOptions, app = keycard.app) {
  return app.inject(options)
}

/** Checks an answer against its surface's format; a status of 400 to 499 is a clear refusal. */
const shapes = {
  oauth({ headers, json }: Answer) {
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect(json()).toEqual({
      error: expect.stringMatching(/^[a-z_]+$/),
      error_description: expect.stringMatching(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/),
      detail: expect.any(String),
    })
  },
  trpc({ json, statusCode }: Answer) {
    const body = json()
    // A batch answers with a list.
    expect(Array.isArray(body) ? body[0] : body).toMatchObject({
      error: {
        message: expect.any(String),
        data: { code: expect.any(String), httpStatus: statusCode },
      },
    })
  },
  rest({ headers, json }: Answer) {
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect(json()).toMatchObject({ detail: expect.stringMatching(/\w/) })
  },
  page({ headers }: Answer) {
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
  },
}

function expectRefusal(answer: Answer, shape: keyof typeof shapes): void {
  const { statusCode, body } = answer
  expect(statusCode >= 400 && statusCode < 500, `${statusCode}: ${body.slice(0, 200)}`).toBe(true)
  shapes[shape](answer)
  expect(body).not.toMatch(/node_modules|\bat .*\.(ts|js):|SQLITE|FST_ERR/)
}

describe('a form', () => {
  const good = { username: 'johndoe', password: planted }
  const fields = [
    'username',
    'password',
    'scope',
    'grant_type',
    'client_id',
    'client_secret',
    'refresh_token',
    'next',
  ]
  const ways: Record<string, (field: string) => string> = {
    missing: (field) => encode(without(field)),
    empty: (field) => `${encode(without(field))}&${field}=`,
    twice: (field) => `${encode({ ...good, [field]: planted })}&${field}=${planted}`,
    'twice, once encoded': (field) =>
      `${encode({ ...good, [field]: planted })}&%${field.charCodeAt(0).toString(16)}${field.slice(1)}=x`,
    'of a megabyte': (field) => encode({ ...without(field), [field]: planted.repeat(75_000) }),
    'of 15 KB': (field) => encode({ ...without(field), [field]: planted.repeat(1_100) }),
    'with NUL': (field) => `${encode(without(field))}&${field}=${planted}%00`,
    'with a lone surrogate': (field) => `${encode(without(field))}&${field}=${planted}%ED%A0%80`,
    'with bad UTF-8': (field) => `${encode(without(field))}&${field}=${planted}%FF`,
    'badly percent-encoded': (field) => `${encode(without(field))}&${field}=${planted}%zz`,
    'with every control character': (field) =>
      `${encode(without(field))}&${field}=%01%02%0A%0D%1B%7F%C2%85`,
    'as a list, as PHP has it': (field) => `${encode(without(field))}&${field}[]=${planted}`,
    __proto__: (field) => `${encode(without(field))}&__proto__=${planted}&__proto__[${field}]=x`,
  }
  const without = (field: string) =>
    Object.fromEntries(Object.entries(good).filter(([name]) => name !== field))
  const encode = (form: Record<string, string>) => new URLSearchParams(form).toString()
  const type = 'application/x-www-form-urlencoded'

  test.each(Object.keys(ways))('every field of /token, %s', async (way) => {
    for (const field of fields) {
      const payload = ways[way]?.(field) ?? ''
      const headers = { 'content-type': type }
      expectRefusal(await send({ method: 'POST', url: '/token', headers, payload }), 'oauth')
    }
  })

  test.each(Object.keys(ways))('every field of POST /login, %s', async (way) => {
    for (const field of fields) {
      const payload = ways[way]?.(field) ?? ''
      const headers = { 'content-type': type, 'sec-fetch-site': 'same-origin' }
      expectRefusal(await send({ method: 'POST', url: '/login', headers, payload }, pages), 'page')
    }
  })

  test.each(['application/json', 'multipart/form-data; boundary=x', 'text/plain', 'x', ''])(
    'a body of another type (%j) is not parsed',
    async (contentType) => {
      const headers = { 'content-type': contentType, 'sec-fetch-site': 'same-origin' }
      const payload = JSON.stringify(good)
      expectRefusal(await send({ method: 'POST', url: '/token', headers, payload }), 'oauth')
      expectRefusal(await send({ method: 'POST', url: '/login', headers, payload }, pages), 'page')
    },
  )
})

/** What a field of an input may be turned into; the key appears in the title. */
const values: Record<string, unknown> = {
  missing: undefined,
  null: null,
  true: true,
  'a fraction': -0.5,
  'a huge number': 1e308,
  'a negative number': -1,
  'empty text': '',
  'a megabyte of text': planted.repeat(75_000),
  '60 KB of text': planted.repeat(4_300),
  'text with NUL': `${planted}\0`,
  'a lone surrogate': '\ud800',
  'a list': [planted],
  'an object': { [planted]: planted },
}

/** A valid input for each procedure, and which of the values above are valid in a field. */
const inputs: Record<
  string,
  { type: 'query' | 'mutation'; good: object; fine: Record<string, string[]> }
> = {
  'auth.login': {
    type: 'mutation',
    good: { username: 'johndoe', password: planted, scope: 'me' },
    fine: {},
  },
  'notes.create': {
    type: 'mutation',
    good: { title: 'a', description: 'b' },
    fine: { description: ['missing', 'empty text'] },
  },
  // Of a note that does not exist: whatever is sent, it is not found.
  'notes.update': { type: 'mutation', good: { id: 'x', title: 'a', description: 'b' }, fine: {} },
  'notes.delete': { type: 'mutation', good: { id: 'x' }, fine: {} },
  'notes.list': {
    type: 'query',
    good: { limit: 1, cursor: '1.a' },
    fine: { limit: ['missing'], cursor: ['missing'] },
  },
  'users.list': {
    type: 'query',
    good: { page: 1, per_page: 1, cursor: ':a', sort: 'username', order: 'desc' },
    fine: {
      page: ['missing'],
      per_page: ['missing'],
      cursor: ['missing'],
      sort: ['missing'],
      order: ['missing'],
    },
  },
  // Its password is too short, whatever else is sent.
  'users.create': {
    type: 'mutation',
    good: {
      username: 'hostile',
      email: null,
      full_name: 'H',
      role: 'user',
      password: planted,
      current_password: planted,
    },
    fine: {},
  },
  // Of a user who does not exist, as above.
  'users.setPassword': {
    type: 'mutation',
    good: { id: 'x', password: planted, current_password: planted },
    fine: {},
  },
  'users.setRole': {
    type: 'mutation',
    good: { id: 'x', role: 'user', current_password: planted },
    fine: {},
  },
  'users.disable': { type: 'mutation', good: { id: 'x' }, fine: {} },
  'activity.list': {
    type: 'query',
    good: { limit: 1, cursor: '1.a' },
    fine: { limit: ['missing'], cursor: ['missing'] },
  },
}

const rest: Record<string, (input: Record<string, unknown>) => InjectOptions> = {
  'notes.create': (input) => ({
    method: 'POST',
    url: '/api/notes',
    payload: JSON.stringify(input),
  }),
  'notes.update': ({ id: _id, ...input }) => ({
    method: 'PATCH',
    url: '/api/notes/x',
    payload: JSON.stringify(input),
  }),
  'notes.list': (input) => ({ url: `/api/notes?${toQuery(input)}` }),
  'users.list': (input) => ({ url: `/api/users?${toQuery(input)}` }),
  'users.create': (input) => ({
    method: 'POST',
    url: '/api/users',
    payload: JSON.stringify(input),
  }),
  'users.setPassword': ({ id: _id, ...input }) => ({
    method: 'POST',
    url: '/api/users/x/set-password',
    payload: JSON.stringify(input),
  }),
  'activity.list': (input) => ({ url: `/api/activity?${toQuery(input)}` }),
}

function toQuery(input: Record<string, unknown>): string {
  return Object.entries(input)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      return `${name}=${encodeURIComponent(text.toWellFormed())}`
    })
    .join('&')
}

const mutations = Object.entries(inputs).flatMap(([name, { type, good, fine }]) =>
  Object.keys(good).flatMap((field) =>
    Object.keys(values).map((way) => ({
      name,
      type,
      field,
      way,
      input: { ...good, [field]: values[way] },
      isFine: fine[field]?.includes(way) ?? false,
    })),
  ),
)

describe('JSON', () => {
  const authorize = () => ({
    authorization: `Bearer ${accessToken}`,
    'content-type': 'application/json',
  })

  test.each(Object.keys(inputs))('every field of %s over tRPC', async (procedure) => {
    for (const { type, field, way, input, isFine } of mutations.filter(
      ({ name }) => name === procedure,
    )) {
      const text = JSON.stringify(input)
      const url = `/trpc/${procedure}`
      const headers = authorize()
      const answer = await send(
        type === 'mutation'
          ? { method: 'POST', url, headers, payload: text }
          : { url: `${url}?input=${encodeURIComponent(text)}`, headers },
      )
      if (isFine) expect([field, way, answer.statusCode]).toEqual([field, way, 200])
      else expectRefusal(answer, 'trpc')
    }
  })

  test.each(Object.keys(rest))('every field of %s over REST', async (procedure) => {
    for (const { name, field, way, input, isFine } of mutations) {
      if (name !== procedure || field === 'id') continue
      const options = rest[procedure]?.(input)
      const answer = await send({ ...options, headers: authorize() })
      const { statusCode } = answer
      // A query string has no types: `cursor=null` and `limit=` are text, which the rules refuse.
      if (isFine)
        expect([field, way, statusCode]).toEqual([field, way, statusCode === 201 ? 201 : 200])
      else expectRefusal(answer, 'rest')
    }
  })

  test.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['half of it', `{"username":"${planted}`],
    ['no JSON', planted],
    ['a form', `username=johndoe&password=${planted}`],
    ['bad UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['a list', '[]'],
    ['60,000 lists in each other', '['.repeat(60_000)],
    ['30,000 lists in each other, closed', '['.repeat(30_000) + ']'.repeat(30_000)],
    ['10,000 objects in each other', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['deep text in a field', `{"title":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
    ['__proto__ alone', `{"__proto__":{"title":"${planted}","username":"a","password":"b"}}`],
    ['a megabyte', `{"title":"${planted.repeat(75_000)}"}`],
  ])('a body that is %s', async (_name, payload) => {
    const headers = authorize()
    for (const name of ['auth.login', 'notes.create']) {
      expectRefusal(await send({ method: 'POST', url: `/trpc/${name}`, headers, payload }), 'trpc')
    }
    expectRefusal(await send({ method: 'POST', url: '/api/notes', headers, payload }), 'rest')
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', 'x', ''])(
    'a body of another type (%j) is not parsed',
    async (contentType) => {
      const headers = { ...authorize(), 'content-type': contentType }
      const payload = '{"title":"a"}'
      expectRefusal(
        await send({ method: 'POST', url: '/trpc/notes.create', headers, payload }),
        'trpc',
      )
      expectRefusal(await send({ method: 'POST', url: '/api/notes', headers, payload }), 'rest')
    },
  )

  test.each(['%zz', '%', '%FF', '{', `"${planted}`, '%00', '[[['])(
    'an input in the query that is %j',
    async (input) => {
      const headers = { authorization: `Bearer ${accessToken}` }
      expectRefusal(await send({ url: `/trpc/notes.list?input=${input}`, headers }), 'trpc')
      expectRefusal(await send({ url: `/trpc/notes.list?batch=1&input=${input}`, headers }), 'trpc')
    },
  )
})

describe('paths and headers', () => {
  test.each([
    '/%zz',
    '/trpc/%zz',
    '/api/%FF',
    '/trpc/%00',
    '/api/notes/%',
    `/trpc/${'a'.repeat(6_000)}`,
    '/api/nope',
    '/__proto__',
  ])('the path %s', async (url) => {
    const answer = await send({ url: url.slice(0, 6_100) })
    expect(answer.statusCode).toBeGreaterThanOrEqual(400)
    expect(answer.statusCode).toBeLessThan(500)
    expect(answer.json()).toSatisfy((body: object) => 'detail' in body || 'error' in body)
    expect(answer.body).not.toMatch(/FST_ERR|node_modules/)
  })

  const paths = [
    '/token',
    '/trpc/users.me',
    '/trpc/auth.login',
    '/api/notes',
    '/login',
    '/docs',
    '/',
  ]

  test.each(paths)('R86: no method causes an internal error at %s', async (url) => {
    for (const method of keycard.app.supportedMethods) {
      const answer = await send({ method: method as 'GET', url })
      expect([method, url, answer.statusCode < 500]).toEqual([method, url, true])
    }
    expect(keycard.app.supportedMethods).toContain('TRACE')
  })

  test.each(['TRACE', 'PUT', 'DELETE'])("%s is 405 at /trpc, in tRPC's format", async (method) => {
    const answer = await send({ method: method as 'PUT', url: '/trpc/notes.list' })
    expectRefusal(answer, 'trpc')
    expect(answer.statusCode).toBe(405)
    expect(answer.headers.allow).toBe('GET, HEAD, POST')
  })

  /** R86: none of these is an internal error. */
  const headers: Record<string, string> = {
    authorization: `Bearer ${planted}`,
    cookie: `keycard=%zz%00${planted}; =; ;;; __proto__=x; a`,
    'sec-fetch-site': 'nonsense',
    origin: 'not an origin',
    'x-forwarded-for': 'garbage"<>, 999.1.1.1, ::::',
    'x-forwarded-host': planted,
    'user-agent': 'é\u00ff"\t'.repeat(200),
    'accept-encoding': 'gzip;q=x, *;q=-1',
    'trpc-accept': 'nonsense',
    'content-encoding': 'gzip',
    'if-none-match': '"\u00ff',
    range: 'bytes=-1--2',
    expect: 'nonsense',
    'accept-version': '99.x',
  }

  test.each(Object.keys(headers))('R86: a malformed %s header never causes a 5xx', async (name) => {
    const value = headers[name] ?? ''
    const requests: InjectOptions[] = [
      { url: '/trpc/users.me' },
      { url: '/api/users/me' },
      { url: '/openapi.json' },
      { method: 'POST', url: '/token', payload: 'username=johndoe&password=secret' },
      { method: 'POST', url: '/trpc/auth.refresh', payload: '{}' },
      {
        method: 'POST',
        url: '/trpc/auth.login',
        payload: '{"username":"johndoe","password":"secret"}',
      },
    ]
    for (const request of requests) {
      const type =
        request.url === '/token' ? 'application/x-www-form-urlencoded' : 'application/json'
      const answer = await send({ ...request, headers: { 'content-type': type, [name]: value } })
      expect([name, request.url, answer.statusCode < 500]).toEqual([name, request.url, true])
    }
  })
})

describe('over a real socket', () => {
  let port: number
  beforeAll(async () => {
    port = Number(new URL(await keycard.app.listen({ port: 0, host: '127.0.0.1' })).port)
  })

  /** The status of the answer to exactly these bytes. */
  async function ask(...lines: string[]): Promise<number> {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text
    })
    socket.on('error', () => {})
    socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
    await once(socket, 'close')
    return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
  }

  const host = 'Host: localhost'
  const close = 'Connection: close'

  test('R22: two Authorization headers are 400 on every surface; one is accepted', async () => {
    await forgiveFailures(keycard.services)
    const one = `Authorization: Bearer ${accessToken}`
    for (const path of ['/trpc/users.me', '/api/users/me']) {
      const request = [`GET ${path} HTTP/1.1`, host, close]
      expect(await ask(...request, one)).toBe(200)
      expect(await ask(...request, one, one)).toBe(400)
      expect(await ask(...request, one, 'authorization: Basic Og==')).toBe(400)
    }
    const form = 'username=johndoe&password=secret'
    const request = [
      'POST /token HTTP/1.1',
      host,
      close,
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${form.length}`,
    ]
    const basic = 'Authorization: Basic Og=='
    expect(await ask(...request, basic, '', form)).toBe(200)
    expect(await ask(...request, basic, basic, '', form)).toBe(400)
  })

  test('a request that never ends is not waited for without limit', () => {
    const { requestTimeout, headersTimeout } = keycard.app.server
    expect([requestTimeout, headersTimeout]).toEqual([60_000, 60_000])
  })

  test('headers that are too large are 431', async () => {
    const padding = `X-Padding: ${'x'.repeat(20_000)}`
    expect(await ask('GET /api/users/me HTTP/1.1', host, close, padding)).toBe(431)
    expect(await ask('GET /api/users/me HTTP/1.1', host, close, 'X-Padding: x')).toBe(401)
  })

  test.each([
    ['no HTTP', ['nonsense']],
    ['another version', ['GET / HTTP/9.9', 'Host: localhost']],
    ['no Host', ['GET / HTTP/1.1', 'Connection: close']],
    [
      'a length that is not a number',
      ['POST /token HTTP/1.1', 'Host: localhost', 'Content-Length: x'],
    ],
    [
      'two lengths',
      ['POST /token HTTP/1.1', 'Host: localhost', 'Content-Length: 1', 'Content-Length: 2'],
    ],
    [
      'a length and chunks (request smuggling)',
      [
        'POST /token HTTP/1.1',
        'Host: localhost',
        'Content-Length: 5',
        'Transfer-Encoding: chunked',
      ],
    ],
    ['NUL in a header', ['GET / HTTP/1.1', 'Host: localhost', 'X-A: a\0b']],
  ])('%s is 400', async (_name, lines) => {
    expect(await ask(...lines)).toBe(400)
  })
})

describe('R30: the log', () => {
  test('holds no password, token, cookie or query of all of these requests', async () => {
    const form = `username=johndoe&password=secret&planted=${planted}`
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await send({ method: 'POST', url: '/token', headers, payload: form })
    const { access_token, refresh_token } = answer.json()
    await send({ url: `/trpc/users.me?access_token=${access_token}&${planted}` })
    await send({ url: `/api/users/me?access_token=${access_token}` })
    await send({
      method: 'POST',
      url: '/trpc/auth.refresh',
      headers: {
        'content-type': 'application/json',
        'sec-fetch-site': 'same-origin',
        cookie: `keycard=${refresh_token}`,
      },
      payload: '{}',
    })
    for (const secret of [planted, access_token, refresh_token, accessToken]) {
      expect(log).not.toContain(secret)
    }
    // Control: the log was written, and a secret in it would have been found.
    expect(log).toContain('"path":"/trpc/users.me"')
    logger.info({ url: planted }, 'planted')
    expect(log).toContain(planted)
  })

  test('holds no internal error', () => {
    expect(log).not.toMatch(/request failed|procedure failed|endpoint failed|sign-in failed/)
  })

  test('says which caller was refused, from where and why', () => {
    expect(log).toMatch(
      /"event":"sign_in_refused","userId":"[\w-]{22}","why":"wrong_password","address":"127\.0\.0\.1"/,
    )
  })
})
