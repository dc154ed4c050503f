// Keycard opened at another address than PUBLIC_URL: the page and the log name both, and the setting.

import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { productName } from '../contract/brand.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'

interface Line {
  level: number
  openedAt: string
  publicUrl: string
  msg: string
}

let lines: Line[] = []
const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line)) })

let keycard: TestApp
beforeAll(async () => {
  keycard = await openTestApp({ logger })
})
beforeEach(() => {
  lines = []
})
afterAll(() => keycard.close())

const publicUrl = 'http://localhost:3000'
const byAddress = { origin: 'http://keycard.lan:3000', host: 'keycard.lan:3000' }

function signIn(headers: Record<string, string>) {
  return keycard.app.inject({
    method: 'POST',
    url: '/trpc/auth.login',
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify({ username: 'johndoe', password: 'secret' }),
  })
}

test('over plain http, where no browser says that the page is ours, the refusal explains the setting', async () => {
  const answer = await signIn(byAddress)
  expect(answer.statusCode).toBe(403)
  expect(answer.headers['set-cookie']).toBeUndefined()
  const { error } = answer.json<{ error: { message: string; data: { reason: string } } }>()
  expect(error.data.reason).toBe('other_address')
  expect(error.message).toBe(
    `This page is open at http://keycard.lan:3000, but ${productName}’s address is http://localhost:3000. Sign in there, or set PUBLIC_URL to the address you use.`,
  )
  expect(lines).toMatchObject([{ level: 40, openedAt: byAddress.origin, publicUrl }])
  expect(lines[0]?.msg).toContain('PUBLIC_URL')
})

test('where the browser says so, a name gets the same refusal', async () => {
  const answer = await signIn({ 'sec-fetch-site': 'same-origin', origin: 'https://login.example' })
  expect(answer.statusCode).toBe(403)
  expect(answer.body).toContain('This page is open at https://login.example, but')
  expect(lines).toMatchObject([{ openedAt: 'https://login.example' }])
})

test('at an IP address, where no other site can be, it signs in, and only the log names both', async () => {
  const origins = ['http://127.0.0.1:3000', 'http://192.0.2.2:3000']
  for (const origin of origins) {
    const answer = await signIn({ origin, host: new URL(origin).host })
    expect(answer.statusCode).toBe(200)
  }
  expect(lines.map(({ openedAt }) => openedAt)).toEqual(origins)
})

test.each<[string, Record<string, string>]>([
  ['at PUBLIC_URL', { origin: publicUrl, host: 'localhost:3000' }],
  ['without a browser', { host: '192.0.2.2:3000' }],
  ['from another site', { origin: 'https://evil.example', host: 'localhost:3000' }],
  [
    'from another site, named by the browser',
    { 'sec-fetch-site': 'cross-site', origin: 'http://192.0.2.3:3000', host: '192.0.2.3:3000' },
  ],
  ['with an invalid Origin', { 'sec-fetch-site': 'same-origin', origin: 'http://[' }],
  ['with one too long', { 'sec-fetch-site': 'same-origin', origin: `http://${'a'.repeat(400)}` }],
])('a request %s is not reported', async (_name, headers) => {
  const answer = await signIn(headers)
  expect(answer.body).not.toContain('other_address')
  expect(lines).toEqual([])
})

test('each address is reported once, and of a thousand at most twenty', async () => {
  for (let number = 0; number < 1_000; number += 1) {
    const host = `a${number}.example`
    await keycard.app.inject({
      method: 'POST',
      url: '/trpc/auth.refresh',
      headers: { 'content-type': 'application/json', origin: `http://${host}`, host },
      payload: '{}',
    })
  }
  await signIn(byAddress)
  // Four of the twenty were reported above.
  expect(lines).toHaveLength(16)
})
