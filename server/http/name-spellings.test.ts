// One account, however its name is spelt: created, signed in to, changed, found and throttled (R102).

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { User } from '../contract/users.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'

let keycard: TestApp
let adminToken: string
beforeAll(async () => {
  keycard = await openTestApp()
  adminToken = await keycard.tokenFor('admin')
})
afterAll(() => keycard.close())

const password = 'violet tractor sings at noon 41'
const json = { 'content-type': 'application/json' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const ownPage = { 'sec-fetch-site': 'same-origin' }

async function post(url: string, input: object, headers: Record<string, string> = {}) {
  const payload = JSON.stringify(input)
  return keycard.app.inject({ method: 'POST', url, headers: { ...json, ...headers }, payload })
}

function postForm(url: string, fields: Record<string, string>, headers = {}) {
  const payload = new URLSearchParams(fields).toString()
  return keycard.app.inject({ method: 'POST', url, headers: { ...form, ...headers }, payload })
}

const signIns: [string, (username: string, password: string) => Promise<number>][] = [
  [
    '/token',
    async (username, password) => (await postForm('/token', { username, password })).statusCode,
  ],
  [
    'auth.login',
    async (username, password) =>
      (await post('/trpc/auth.login', { username, password })).statusCode,
  ],
  [
    '/login',
    async (username, password) => {
      const { statusCode } = await postForm('/login', { username, password }, ownPage)
      return statusCode === 303 ? 200 : statusCode
    },
  ],
]

describe.each(signIns)('R102: a sign-in at %s', (_name, signIn) => {
  test.each(['johndoe ', ' johndoe', 'JohnDoe\u00a0', 'ｊｏｈｎｄｏｅ　', 'johndoe\t'])(
    'accepts %j for johndoe',
    async (name) => {
      expect(await signIn(name, 'secret')).toBe(200)
    },
  )

  test.each(['john doe', 'johndoe\u200b', 'johndoe.', ' '])(
    'control: matches no account for %j',
    async (name) => {
      expect(await signIn(name, 'secret')).not.toBe(200)
    },
  )
})

const ascii = 'name@xn--mnchen-3ya.example'
const spellings = [
  'münchen.example',
  'MÜNCHEN.example',
  'mu\u0308nchen.example',
  'xn--mnchen-3ya.example',
  'XN--MNCHEN-3YA.example',
  'münchen。example',
]

/**
 * Each makes an account with this name and address, spelt with spaces around, and returns what is
 * stored.
 */
const makers: Record<string, (username: string, email: string) => Promise<void>> = {
  async 'auth.register'(username, email) {
    expect((await post('/trpc/auth.register', { username, email, password })).statusCode).toBe(200)
  },
  async 'POST /register'(username, email) {
    expect((await postForm('/register', { username, email, password }, ownPage)).statusCode).toBe(
      303,
    )
  },
  async 'POST /api/users'(username, email) {
    const authorization = `Bearer ${adminToken}`
    const answer = await post('/api/users', { username, email, password }, { authorization })
    expect(answer.statusCode).toBe(201)
  },
}

let made = 0
describe.each(Object.keys(makers))('an account made by %s', (maker) => {
  test('is stored without the space, its domain in ASCII, and every spelling signs in to it', async () => {
    const name = `spelt-${++made}`
    await makers[maker]?.(` ${name} `, ` ${name}.${ascii.replace('xn--mnchen-3ya', 'münchen')} `)
    const user = await keycard.services.users.findByLogin(name)
    expect(user).toMatchObject({ username: name, email: `${name}.${ascii}` })
    for (const [index, domain] of spellings.entries()) {
      const [where = '', signIn = async () => 0] = signIns[index % signIns.length] ?? []
      const status = await signIn(`${name}.name@${domain} `, password)
      expect([where, domain, status]).toEqual([where, domain, 200])
    }
  })

  test('is taken in every spelling', async () => {
    const name = `taken-${++made}`
    await makers[maker]?.(name, `${name}@xn--mnchen-3ya.example`)
    for (const domain of spellings) {
      const input = { username: `${name}-2`, email: ` ${name}@${domain}`, password }
      const answer = await post('/trpc/auth.register', input)
      expect(answer.json()).toMatchObject({
        error: { data: { code: 'CONFLICT', fields: [{ path: 'email' }] } },
      })
    }
    const answer = await post('/trpc/auth.register', {
      username: `${name.toUpperCase()} `,
      password,
    })
    expect(answer.json()).toMatchObject({ error: { data: { fields: [{ path: 'username' }] } } })
  })
})

test('a changed address is stored and looked up the same way', async () => {
  const authorization = `Bearer ${await keycard.tokenFor('johndoe')}`
  const answer = await keycard.app.inject({
    method: 'PATCH',
    url: '/api/users/me',
    headers: { ...json, authorization },
    payload: JSON.stringify({ email: ' John@Straße.example ' }),
  })
  expect(answer.json<User>().email).toBe('John@xn--strae-oqa.example')
  for (const [, signIn] of signIns) expect(await signIn('john@straße.EXAMPLE', 'secret')).toBe(200)
})

test('guesses at one account are counted together, however its name is spelt', async () => {
  const answers = new Set<number>()
  for (let count = 0; count < 12; count += 1) {
    const username = `${' '.repeat(count % 3)}admin${' '.repeat(count % 2)}`
    answers.add((await postForm('/token', { username, password: 'wrong' })).statusCode)
  }
  expect([...answers]).toEqual([401, 429])
})

test.each([
  'a@b@münchen.example',
  'a@mün chen.example',
  'a@münchen.example/x',
  'a@münchen:80',
  'a@münchen\\x',
  '@münchen.example',
  'ü@münchen.example',
  'a@ü'.padEnd(300, 'ü'),
])('control: %j is not an address', async (email) => {
  const answer = await post('/trpc/auth.register', {
    username: `no-address-${++made}`,
    email,
    password,
  })
  expect(answer.json()).toMatchObject({
    error: { data: { reason: 'invalid_input', fields: [{ path: 'email' }] } },
  })
})
