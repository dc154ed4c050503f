// Requests that reach no route: an answer with `detail` and all headers, and none of their bytes in the log.

import { once } from 'node:events'
import { connect } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerBegun, sendRaw } from '../../testing/raw-request.ts'
import { openTestApp, type TestApp } from '../../testing/test-app.ts'

const planted = 'pl4nted-s3cret'
let log = ''
const logger = pino({ level: 'trace' }, { write: (line: string) => (log += line) })

let keycard: TestApp
let port: number
beforeAll(async () => {
  keycard = await openTestApp({ logger, env: { PUBLIC_URL: 'https://login.example.com' } })
  port = Number(new URL(await keycard.app.listen({ port: 0, host: '127.0.0.1' })).port)
})
afterAll(() => keycard.close())

const send = (...lines: string[]) => sendRaw(port, `${lines.join('\r\n')}\r\n\r\n`)
const host = 'Host: localhost'
const close = 'Connection: close'

const refusals: [name: string, status: number, lines: string[]][] = [
  ['no HTTP', 400, [planted]],
  ['another version', 400, ['GET / HTTP/9.9', host]],
  ['an unknown method', 400, ['BREW / HTTP/1.1', host]],
  ['NUL in a header', 400, ['GET / HTTP/1.1', host, `X-A: ${planted}\0b`]],
  ['a header without a name', 400, ['GET / HTTP/1.1', host, `: ${planted}`]],
  ['two lengths', 400, ['POST /token HTTP/1.1', host, 'Content-Length: 1', 'Content-Length: 2']],
  [
    'a chunk that is none',
    400,
    ['POST /token HTTP/1.1', host, 'Transfer-Encoding: chunked', '', 'z'],
  ],
  [
    'headers that are too large',
    431,
    ['GET / HTTP/1.1', host, `Cookie: a=${planted.repeat(2_000)}`],
  ],
  ['no Host', 400, ['GET /healthz HTTP/1.1', close]],
  ['two Hosts', 400, ['GET /healthz HTTP/1.1', host, 'host: example.com', close]],
  ['two Hosts that are the same', 400, ['GET /healthz HTTP/1.1', host, host, close]],
  ['a Host that is none', 400, ['GET /healthz HTTP/1.1', 'Host: a b/c', close]],
  ['an expectation', 417, ['GET /healthz HTTP/1.1', host, close, `Expect: ${planted}`]],
  ['CONNECT', 405, ['CONNECT example.com:443 HTTP/1.1', host]],
  ['a path that is badly encoded', 400, ['GET /%zz HTTP/1.1', host, close]],
  ['a path that is too long', 400, [`GET /trpc/${'a'.repeat(6_000)} HTTP/1.1`, host, close]],
  ['a path that is not there', 404, ['GET /nowhere HTTP/1.1', host, close]],
]

describe('a request that reaches no route', () => {
  test.each(refusals)(
    '%s is answered in `detail`, with %i and every header',
    async (_name, status, lines) => {
      const answer = await send(...lines)
      expect(answer.status).toBe(status)
      expect(JSON.parse(answer.body)).toEqual({ detail: expect.stringMatching(/^[A-Z]/) })
      expect(answer.headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'content-length': String(answer.body.length),
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'strict-transport-security': 'max-age=63072000',
        'x-request-id': expect.stringMatching(/^[\da-f-]{36}$/),
        connection: 'close',
        date: expect.any(String),
      })
      expect(answer.error).toBeUndefined()
    },
  )

  test('control: a single Host is enough: with or without a port, in brackets, with an underscore', async () => {
    for (const name of ['localhost', 'keycard:3000', '[::1]:3000', 'my_service', '10.0.0.1:80']) {
      const answer = await send('GET /healthz HTTP/1.1', `Host: ${name}`, close)
      expect([name, answer.status]).toEqual([name, 200])
    }
    expect((await send('GET /healthz HTTP/1.0')).status).toBe(200)
  })

  test('a CONNECT whose client resets the connection does the server no harm', async () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    socket.write(`CONNECT a:1 HTTP/1.1\r\n${host}\r\n\r\n`)
    await once(socket, 'data')
    socket.resetAndDestroy()
    expect((await send('GET /healthz HTTP/1.1', host, close)).status).toBe(200)
  })

  test('an answer that has begun is not broken by another one', async () => {
    const token = await keycard.tokenFor('johndoe')
    const stream = ['GET /trpc/sessions.changes HTTP/1.1', host, `Authorization: Bearer ${token}`]
    const { status, text } = await sendRaw(
      port,
      `${stream.join('\r\n')}\r\n\r\n`,
      answerBegun,
      planted,
    )
    expect(status).toBe(200)
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1)
  })

  test('R30: is logged by its id, without a byte of what was sent', async () => {
    const { headers } = await send('GET / HTTP/1.1', host, `X-A: ${planted}\0b`)
    expect(log).toContain(headers['x-request-id'])
    expect(log).not.toContain(planted)
    expect(log).not.toContain(Buffer.from(planted).toString('base64'))
    expect(log).not.toContain('rawPacket')
  })
})

describe('a body that is too large', () => {
  const megabyte = Buffer.alloc(1024 * 1024, 'a')

  test.each([
    ['/token', 'application/x-www-form-urlencoded', 413],
    ['/revoke', 'application/x-www-form-urlencoded', 413],
    ['/trpc/auth.login', 'application/json', 413],
    ['/api/users', 'application/json', 413],
    ['/api/users', 'multipart/form-data', 415],
    ['/nowhere', 'application/json', 413],
  ])(
    'at %s as %s is answered (%i) to a client that goes on writing to the end',
    async (path, type, status) => {
      for (const connection of ['close', 'keep-alive']) {
        const head = [
          `POST ${path} HTTP/1.1`,
          host,
          `Content-Type: ${type}`,
          `Content-Length: ${20 * megabyte.length}`,
          `Connection: ${connection}`,
        ]
        const body = Array.from({ length: 20 }, () => megabyte)
        // Without its last byte the request would never end, nor would the connection.
        const next =
          connection === 'close' ? [] : [`GET /healthz HTTP/1.1\r\n${host}\r\n${close}\r\n\r\n`]
        const answer = await sendRaw(port, `${head.join('\r\n')}\r\n\r\n`, ...body, ...next)
        expect([connection, answer.status, answer.error]).toEqual([connection, status, undefined])
      }
    },
  )

  test('headers that are too large are answered to a client that goes on writing', async () => {
    const head = `GET / HTTP/1.1\r\n${host}\r\nX-A: `
    const answer = await sendRaw(port, head, ...Array.from({ length: 5 }, () => megabyte))
    expect([answer.status, answer.error]).toEqual([431, undefined])
  })
})
