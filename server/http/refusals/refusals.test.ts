// Requests refused before they have a route: a page for browsers, JSON for programs.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findHtmlFaults } from '../../../e2e/support/pages/valid-html.ts'
import { productName } from '../../contract/brand.ts'
import { escapeHtml } from '../../contract/escape-html.ts'
import { homePath } from '../../contract/pages.ts'
import { sendRaw } from '../../testing/raw-request.ts'
import { openTestApp, type TestApp } from '../../testing/test-app.ts'
import { isNavigationPacket } from '../html/refusal-page.ts'
import { findMeantAddress } from './meant-address.ts'

let keycard: TestApp

beforeAll(async () => {
  keycard = await openTestApp()
})
afterAll(() => keycard.close())

const navigation = { 'sec-fetch-mode': 'navigate', accept: 'text/html,*/*;q=0.8' }
const jar = (...sizes: number[]) =>
  sizes.map((bytes, index) => `app${index}=${'s'.repeat(bytes)}`).join('; ')

const refusals: [name: string, status: number, heading: string, request: InjectOptions][] = [
  ['a path that is not there', 404, 'We couldn’t find that page', { url: '/nowhere' }],
  ['a path that is badly encoded', 400, 'This could not be read', { url: '/%zz' }],
  [
    'too many cookies',
    431,
    'Too many cookies',
    { url: '/login', headers: { cookie: jar(9_000, 8_000) } },
  ],
  [
    'headers that are too large',
    431,
    'The request is too large',
    { url: '/login', headers: { 'x-a': 'a'.repeat(17_000) } },
  ],
]

function ask({ headers, ...request }: InjectOptions, more: Record<string, string>) {
  return keycard.app.inject({ ...request, headers: { ...headers, ...more } })
}

describe.each(refusals)('%s', (_name, status, heading, request) => {
  it('is a page where a browser navigates, and the page runs no script', async () => {
    const overHttp = { accept: navigation.accept }
    for (const headers of [navigation, overHttp]) {
      const answer = await ask(request, headers)
      expect(answer.statusCode).toBe(status)
      expect(answer.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'content-security-policy': expect.stringMatching(/^default-src 'none'; style-src 'sha256-/),
      })
      expect(answer.body).toContain(`<h1>${heading}</h1>`)
      expect(answer.body).not.toContain('<script')
      expect(await findHtmlFaults(answer.body)).toEqual([])
    }
  })

  it('is JSON for programs, and for requests that a page makes', async () => {
    const programs = [{ accept: '*/*' }, { accept: 'application/json' }]
    for (const headers of [...programs, { accept: 'text/html', 'sec-fetch-mode': 'cors' }]) {
      const answer = await ask(request, headers)
      expect(answer.statusCode).toBe(status)
      expect(answer.json()).toEqual({ detail: expect.any(String) })
    }
  })
})

describe('an address in other capitals', () => {
  it.each([
    [homePath.toUpperCase(), homePath],
    ['/ACCOUNT/?a=B', '/account?a=B'],
    ['/Login?next=/Users', '/login?next=/Users'],
    ['/Docs', '/docs'],
  ])('%s leads a browser to %s', async (url, location) => {
    const answer = await ask({ url }, navigation)
    expect([answer.statusCode, answer.headers.location]).toEqual([302, location])
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  it('is not found by programs, nor for anything that is sent there', async () => {
    const answers = [
      await ask({ url: '/Account' }, { accept: 'application/json' }),
      await ask({ url: '/API/users/me' }, navigation),
      await ask({ url: '/Account', method: 'DELETE' }, navigation),
    ]
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404])
  })

  it('keeps its parameters as they are, and leads to no other site', () => {
    const find = (url: string) => findMeantAddress(url, ['/plants/:id/Leaves', '/:place/garden'])
    expect(find('/Plants/Rose%2F1/leaves?Q')).toBe('/plants/Rose%2F1/Leaves?Q')
    expect(find('/plants/Rose/Leaves')).toBeUndefined()
    expect(find('/Kew/GARDEN')).toBe('/Kew/garden')
    expect(find('/\\evil.example/GARDEN')).toBeUndefined()
    expect(find('//evil.example/GARDEN')).toBeUndefined()
  })
})

describe('what is refused before routing', () => {
  let port: number
  beforeAll(async () => {
    port = Number(new URL(await keycard.app.listen({ port: 0, host: '127.0.0.1' })).port)
  })
  const get = (url: string, ...headers: string[]) =>
    sendRaw(
      port,
      [`GET ${url} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', ''].join(
        '\r\n',
      ),
    )
  const accept = `Accept: ${navigation.accept}`
  const faults: [name: string, status: number, heading: string, header: string][] = [
    ['more cookies than are read', 431, 'The request is too large', `Cookie: ${jar(60_000)}`],
    ['NUL in a header', 400, 'This could not be read', 'Cookie: a=\0'],
    ['two Hosts', 400, 'This could not be read', 'Host: example.com'],
  ]

  it.each(faults)(
    '%s: a page for a browser, with every header',
    async (_name, status, heading, header) => {
      const answer = await get('/login', accept, header)
      expect(answer.status).toBe(status)
      expect(answer.body).toContain(`<h1>${heading}</h1>`)
      expect(answer.body).not.toContain('data-button="shown"')
      expect(answer.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-length': String(Buffer.byteLength(answer.body, 'latin1')),
        'content-security-policy': expect.stringMatching(/^default-src 'none'; style-src 'sha256-/),
        'x-content-type-options': 'nosniff',
        'x-request-id': expect.any(String),
        connection: 'close',
      })
    },
  )

  it.each(faults)(
    '%s: JSON for programs, and where calls are answered',
    async (_name, status, _heading, header) => {
      for (const [url, ...headers] of [
        ['/login', 'Accept: */*'],
        ['/api/users', accept],
        ['/login'],
      ]) {
        const answer = await get(url ?? '', ...headers, header)
        expect(answer.status).toBe(status)
        expect(JSON.parse(answer.body)).toEqual({ detail: expect.any(String) })
      }
    },
  )
})

it('in the middle of headers, cookies are a browser’s, and anything else is a program’s', () => {
  const read = (text: string) => isNavigationPacket(Buffer.from(text))
  expect(read(`${'s'.repeat(700)}; app1=${'s'.repeat(700)}`)).toBe(true)
  expect(read('; app1=s\r\n\r\n')).toBe(true)
  for (const text of ['s'.repeat(1_400), 'xyz\r\nX-B: a; b=c', '\0\xff; a=b', '']) {
    expect(read(text)).toBe(false)
  }
})

it('nothing is refused because the app closes: what was being sent is answered, as the last', async () => {
  const closing = await openTestApp()
  const address = new URL(await closing.app.listen({ port: 0, host: '127.0.0.1' }))
  const accepted = once(closing.app.server, 'connection')
  const socket = connect(Number(address.port), address.hostname)
  socket.write('GET /login HTTP/1.1\r\nHost: localhost\r\n')
  const [connection] = (await accepted) as [Socket]
  await expect.poll(() => connection.bytesRead).toBeGreaterThan(0)

  const closed = closing.close()
  socket.write(`Accept: ${navigation.accept}\r\n\r\n`)
  const answer = await text(socket)
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(answer.toLowerCase()).toContain('\r\nconnection: close\r\n')
  await closed
})

describe('the page about too many cookies', () => {
  it('names the largest and none of their values, whatever their names', async () => {
    const cookie = `<b>=${'v4lue'.repeat(2_000)}; ${jar(5_000, 2_000, 300, 200, 100, 90)}`
    const { body } = await ask({ url: '/account', headers: { cookie } }, navigation)
    expect(body).toContain(
      `Your browser sent 17.3\u00a0KB of cookies with this address, more than ${escapeHtml(productName)} reads: ` +
        '&#60;b&#62; (9.8\u00a0KB), app0 (4.9\u00a0KB), app1 (2.0\u00a0KB), app2 (0.3\u00a0KB), app3 (0.2\u00a0KB), and 2 more.',
    )
    expect(body).not.toContain('v4lue')
    expect(body).toContain('data-button="shown"')
  })

  it('offers to remove cookies only where they are what is too large', async () => {
    const cookie = jar(300)
    const headers = { cookie, 'x-a': 'a'.repeat(17_000) }
    const { body } = await ask({ url: '/login', headers }, navigation)
    expect(body).toContain('data-button=""')
  })

  it('control: is not shown for as many as Keycard accepts', async () => {
    const { statusCode } = await ask(
      { url: '/login', headers: { cookie: jar(8_000, 8_000) } },
      navigation,
    )
    expect(statusCode).toBe(200)
  })
})

describe('the button on it', () => {
  const remove = (cookie: string, headers: Record<string, string>) =>
    keycard.app.inject({
      method: 'POST',
      url: '/remove-cookies',
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      payload: '',
    })
  const own = { 'sec-fetch-site': 'same-origin' }

  it('removes the largest, wherever they were set, in an answer that every proxy accepts', async () => {
    const small = Array.from({ length: 150 }, (_, index) => `small${index}=${'s'.repeat(90)}`)
    const cookie = [jar(9_000, 8_000), ...small].join('; ')
    const there = { host: 'login.example.com', origin: 'http://login.example.com' }
    const { statusCode, headers } = await remove(cookie, { ...own, ...there })
    expect([statusCode, headers.location]).toEqual([303, '/login'])
    const lines = [headers['set-cookie']].flat()
    expect(lines.slice(0, 4)).toEqual([
      'app0=; Path=/; Max-Age=0',
      'app0=; Path=/; Max-Age=0; Domain=login.example.com',
      'app0=; Path=/; Max-Age=0; Domain=example.com',
      'app1=; Path=/; Max-Age=0',
    ])
    expect(lines.join('').length).toBeLessThanOrEqual(3_000)
  })

  it('keeps our own cookies, so signed-in users stay signed in', async () => {
    const cookie = `keycard=token; keycard-device=device; ${jar(9_000, 8_000)}`
    const { headers } = await remove(cookie, own)
    expect([headers['set-cookie']].flat()).toEqual([
      'app0=; Path=/; Max-Age=0',
      'app1=; Path=/; Max-Age=0',
    ])
  })

  it('cannot be pressed by another site', async () => {
    for (const site of ['cross-site', 'same-site']) {
      const answer = await remove(jar(9_000), { 'sec-fetch-site': site })
      expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([403, undefined])
    }
  })
})
