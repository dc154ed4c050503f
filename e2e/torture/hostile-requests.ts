// Hostile requests, as the bytes that go over the wire: the same for the same seed.

import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server'
import fc from 'fast-check'
import { oauthPaths } from '../../server/contract/oauth.ts'
import { pagePaths } from '../../server/contract/pages.ts'
import { listRestProcedures, restPrefix } from '../../server/http/rest/rest-procedures.ts'
import { appRouter } from '../../server/trpc/router.ts'

export interface HostileRequest {
  /** In latin1, so that every byte is one character. */
  text: string
  /** It shows a valid token: then an answer of 200 is no breach. */
  isAuthorized: boolean
}

/** Stands for a live access token, which no seed knows. */
export const liveToken = '@live-token@'

/** Those of one chunk: the same for the same numbers. */
export function makeRequests(seed: number, chunk: number, count: number): HostileRequest[] {
  return fc.sample(hostileRequest, { seed: (seed * 1_000_003 + chunk) | 0, numRuns: count })
}

const { procedures }: { procedures: Record<string, AnyTRPCProcedure> } = (
  appRouter as AnyTRPCRouter
)._def

const restProcedures = listRestProcedures(appRouter)

/** Every endpoint there is, including those that a new procedure adds. */
const paths = [
  ...Object.values(oauthPaths),
  ...Object.values(pagePaths),
  ...Object.keys(procedures).map((name) => `/trpc/${name}`),
  ...restProcedures.map(({ rest }) => `${restPrefix}${rest.path}`),
  '/trpc/items.list,users.me',
  '/openapi.json',
  '/docs',
  '/docs/static/index.html',
  '/healthz',
  '/readyz',
  '/favicon.svg',
  '/assets/x.js',
  '/.well-known/change-password',
]

const nasty = [
  '%',
  '%00',
  '%zz',
  '%FF',
  '%2e%2e%2f',
  '..',
  '//',
  '\\',
  ';',
  '?',
  '#',
  '&',
  '=',
  '+',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '[]',
  '{}',
  'null',
  'undefined',
  'NaN',
  '-1',
  '1e309',
  '9007199254740993',
  "' or 1=1--",
  '{{7*7}}',
  '<script>',
  '\u0000',
  '\u0001\u001b[2J',
  '\u00ff\u00fe',
  '\u00ed\u00a0\u0080',
  '\u00e2\u0080\u00ae',
  '\r\nSet-Cookie: a=b',
  '\r\n\r\n',
  'a'.repeat(300),
  'johndoe',
  'admin',
  'secret!',
]

const word = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ unit: 'binary-ascii', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }).map(toBytes),
)
const words = fc.array(word, { maxLength: 4 }).map((parts) => parts.join(''))

const fieldNames = [
  ...['username', 'password', 'current_password', 'new_password', 'grant_type', 'scope', 'token'],
  ...['client_id', 'client_secret', 'refresh_token', 'id', 'title', 'description', 'email', 'role'],
  ...[
    'page',
    'per_page',
    'limit',
    'cursor',
    'sort',
    'order',
    'search',
    'next',
    'remember_me',
    'up_to',
  ],
  ...['full_name', 'input', 'batch', '0', '__proto__', 'constructor', 'json'],
]
const fieldName = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...fieldNames) },
  { weight: 1, arbitrary: word },
)

const formText = fc
  .array(fc.tuple(fieldName, words, fc.boolean()), { maxLength: 6 })
  .map((pairs) =>
    pairs.map(([name, value, raw]) => `${name}=${raw ? value : percentEncode(value)}`).join('&'),
  )

const jsonText = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .dictionary(fieldName, fc.oneof(words, fc.jsonValue({ maxDepth: 2 })), { maxKeys: 6 })
      .map((fields) => JSON.stringify(fields)),
  },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 8_000 }).map((depth) => '['.repeat(depth)) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 1, max: 4_000 })
      .map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
  },
  {
    weight: 1,
    arbitrary: fc.constant('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}'),
  },
  {
    weight: 1,
    arbitrary: fc
      .nat(10)
      .map((count) => `{${Array.from({ length: count }, (_, n) => `"${n}":{"id":"x"}`)}}`),
  },
)

const body = fc.oneof(
  { weight: 6, arbitrary: jsonText },
  { weight: 6, arbitrary: formText },
  { weight: 2, arbitrary: words },
  { weight: 1, arbitrary: fc.tuple(jsonText, fc.nat(40)).map(([text, cut]) => text.slice(0, cut)) },
  // Rarely: they are expensive.
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 }).map((size) => 'x'.repeat(size * 5_000)) },
  { weight: 1, arbitrary: fc.constant('\u001f\u008b\u0008\u0000nonsense') },
)

const method = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(
      'GET',
      'POST',
      'POST',
      'POST',
      'PATCH',
      'PUT',
      'DELETE',
      'HEAD',
      'OPTIONS',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'TRACE',
      'CONNECT',
      'PROPFIND',
      'get',
      'G\u0000T',
      'QUERY',
      '',
      'A'.repeat(500),
    ),
  },
)

const target = fc
  .tuple(
    fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...paths) },
      {
        weight: 3,
        arbitrary: fc.tuple(fc.constantFrom(...paths), words).map((parts) => parts.join('/')),
      },
      { weight: 1, arbitrary: words.map((text) => `/${text}`) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '*',
          '',
          'http://evil.test/token',
          '//evil.test',
          `/${'a'.repeat(9_000)}`,
        ),
      },
    ),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('') },
      { weight: 1, arbitrary: formText.map((text) => `?${text}`) },
      {
        weight: 1,
        arbitrary: jsonText.map((text) => `?input=${encodeURIComponent(text.toWellFormed())}`),
      },
      {
        weight: 1,
        arbitrary: jsonText.map(
          (text) => `?batch=1&input=${encodeURIComponent(text.toWellFormed())}`,
        ),
      },
    ),
  )
  // Most reach an endpoint: a line break in the path ends the request line.
  .map(([path, query]) => (path + query).slice(0, 12_000))

const contentType = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom('application/json', 'application/x-www-form-urlencoded'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...['text/plain', 'multipart/form-data; boundary=x', 'application/json; charset=utf-16', ''],
      ...[
        'application/json;',
        'APPLICATION/JSON',
        'x',
        ';;;',
        'application/json, text/plain',
        '*/*',
      ],
    ),
  },
  { weight: 1, arbitrary: words },
)

/** A token of another server, an invalid one, or one of ours with something wrong. */
const badToken = fc.oneof(
  words,
  fc.constantFrom(
    'eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJhZG1pbiJ9.',
    `${'e'.repeat(2_000)}.${'y'.repeat(2_000)}.${'J'.repeat(2_000)}`,
    `${liveToken}=`,
    `${liveToken}.`,
    `.${liveToken}`,
    `${liveToken}%00`,
    `${liveToken},${liveToken}`,
    'AAAAAAAAAAAAAAAAAAAAAA.0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  ),
)
const authorization = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 4, arbitrary: fc.constant(`Bearer ${liveToken}`) },
  { weight: 3, arbitrary: badToken.map((token) => `Bearer ${token}`) },
  {
    weight: 1,
    arbitrary: words.map((text) => `Basic ${Buffer.from(text, 'latin1').toString('base64')}`),
  },
  { weight: 1, arbitrary: words },
)

const otherHeader = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      ...['Cookie', 'Origin', 'Sec-Fetch-Site', 'X-Forwarded-For', 'Forwarded', 'Referer'],
      ...['Accept', 'Accept-Encoding', 'Range', 'If-None-Match', 'If-Modified-Since', 'Expect'],
      ...['Upgrade', 'Content-Encoding', 'Trpc-Accept', 'Trpc-Batch-Mode', 'Last-Event-Id', 'Host'],
      ...['X-Http-Method-Override', 'X-Request-Id', 'Accept-Version', '__proto__', 'User-Agent'],
    ),
    words,
  ),
  fc.constantFrom(
    ['Cookie', `keycard=${'A'.repeat(22)}.0.${'A'.repeat(43)}`],
    ['Sec-Fetch-Site', 'same-origin'],
    ['Sec-Fetch-Site', 'cross-site'],
    ['Authorization', 'Bearer second'],
    ['Connection', 'Upgrade'],
    ['Upgrade', 'h2c'],
    ['Expect', '100-continue'],
    ['X-Padding', 'x'.repeat(17_000)],
    [' folded', 'x'],
  ),
  fc.tuple(word, words),
)

const framing = fc.oneof(
  { weight: 14, arbitrary: fc.constant('right') },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      ...['none', 'too long', 'too short', 'no number', 'negative', 'twice', 'huge'],
      ...['chunked', 'chunked badly', 'chunked and cut', 'both', 'unknown coding'],
    ),
  },
)

const wildRequest: fc.Arbitrary<HostileRequest> = fc
  .record({
    method,
    target,
    version: fc.oneof(
      { weight: 30, arbitrary: fc.constant('HTTP/1.1') },
      {
        weight: 1,
        arbitrary: fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', '', 'X'),
      },
    ),
    host: fc.oneof(
      { weight: 30, arbitrary: fc.constant('localhost') },
      { weight: 1, arbitrary: fc.oneof(words, fc.constant(undefined)) },
    ),
    contentType,
    authorization,
    others: fc.array(otherHeader, { maxLength: 3 }),
    body,
    framing,
    cut: fc.oneof(
      { weight: 40, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.nat(300) },
    ),
  })
  .map(({ method, target, version, host, contentType, authorization, others, ...rest }) => {
    const hasBody = method !== 'GET' && method !== 'HEAD'
    const [lengths, bytes] = hasBody ? frame(rest.body, rest.framing) : [[], '']
    const headers = [
      ...(host === undefined ? [] : [['Host', host]]),
      ['Connection', 'close'],
      ...(hasBody ? [['Content-Type', contentType]] : []),
      ...(authorization === undefined ? [] : [['Authorization', authorization]]),
      ...others,
      ...lengths,
    ]
    const lines = headers.map(([name, value]) => `${name}: ${value}`)
    const text = [`${method} ${target} ${version}`, ...lines, '', bytes].join('\r\n')
    return spareTheAdmin(rest.cut === undefined ? text : text.slice(0, rest.cut))
  })

/** Sent without the live token, since it would end its account, which all later requests need. */
function spareTheAdmin(text: string): HostileRequest {
  const isSuicide = /^(?!GET)\S+ \S*(account\.(delete|changePassword)|\/api\/users\/me)/.test(text)
  const spared = isSuicide ? text.replaceAll(liveToken, 'x') : text
  // Anywhere in the request, which may become two where this holds a line break.
  return { text: spared, isAuthorized: spared.includes(`Bearer ${liveToken}\r\n`) }
}

/** Right in nearly all of it, so that it gets past the format checks to the rules. */
const nearlyRight = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom<unknown>(
      ...['a', 'x y', 'user', 'admin', 'johndoe', 'a@example.com', 'asc', 'role', 'username'],
      ...['admin-secret', '2026-01-02T03:04:05Z', 1, 20, true, null],
    ),
  },
  { weight: 2, arbitrary: words },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) },
)

const aimedRequest: fc.Arbitrary<HostileRequest> = fc
  .constantFrom(...restProcedures)
  .chain((procedure) =>
    fc.record({
      procedure: fc.constant(procedure),
      input: fc.record(
        Object.fromEntries(Object.keys(procedure.fields).map((name) => [name, nearlyRight])),
        { requiredKeys: [...procedure.requiredFields] },
      ),
      surface: fc.constantFrom('trpc', 'rest'),
    }),
  )
  .map(({ procedure: { name, type, rest, pathFields }, input, surface }) => {
    const encode = (value: unknown) =>
      encodeURIComponent((typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed())
    const fields: [name: string, value: unknown][] = Object.entries(input)
    const isQuery = type === 'query'
    const inPath = (field: string) => encode(fields.find(([found]) => found === field)?.[1] ?? 'x')
    const besides = fields.filter(([field]) => !pathFields.includes(field))
    const path =
      surface === 'trpc'
        ? `/trpc/${name}${isQuery ? `?input=${encode(input)}` : ''}`
        : `${restPrefix}${rest.path.replaceAll(/\{(\w+)\}/g, (_all, field) => inPath(field))}${
            isQuery
              ? `?${besides.map(([field, value]) => `${field}=${encode(value)}`).join('&')}`
              : ''
          }`
    const body = JSON.stringify(surface === 'trpc' ? input : Object.fromEntries(besides))
    const method = isQuery ? 'GET' : 'POST'
    const lines = [
      `${surface === 'rest' ? rest.method : method} ${path} HTTP/1.1`,
      'Host: localhost',
      'Connection: close',
      `Authorization: Bearer ${liveToken}`,
      ...(isQuery ? [] : ['Content-Type: application/json', `Content-Length: ${body.length}`]),
    ]
    return spareTheAdmin([...lines, '', isQuery ? '' : body].join('\r\n'))
  })

const hostileRequest = fc.oneof(
  { weight: 2, arbitrary: wildRequest },
  { weight: 1, arbitrary: aimedRequest },
)

/** The length that a body claims, and its bytes as they are sent. */
function frame(body: string, kind: string): [headers: string[][], bytes: string] {
  const length = (value: number | string) => ['Content-Length', String(value)]
  const chunk = `${body.length.toString(16)}\r\n${body}\r\n`
  const coding = ['Transfer-Encoding', 'chunked']
  switch (kind) {
    case 'none':
      return [[], body]
    case 'too long':
      return [[length(body.length + 10)], body]
    case 'too short':
      return [[length(Math.max(0, body.length - 5))], body]
    case 'no number':
      return [[length('x')], body]
    case 'negative':
      return [[length(-1)], body]
    case 'twice':
      return [[length(1), length(body.length)], body]
    case 'huge':
      return [[length('99999999999999999999')], body]
    case 'chunked':
      return [[coding], `${chunk}0\r\n\r\n`]
    case 'chunked badly':
      return [[coding], `zz\r\n${chunk}0\r\n\r\n`]
    case 'chunked and cut':
      return [[coding], chunk]
    case 'both':
      return [[length(body.length), coding], `${chunk}0\r\n\r\n`]
    case 'unknown coding':
      return [[['Transfer-Encoding', 'gzip, chunked']], `${chunk}0\r\n\r\n`]
    default:
      return [[length(body.length)], body]
  }
}

/** UTF-8, as far as possible: a lone surrogate becomes its three forbidden bytes' substitute. */
function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

function percentEncode(bytes: string): string {
  return bytes.replace(
    /[^\w.-]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0').slice(0, 2)}`,
  )
}
