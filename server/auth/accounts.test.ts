// Making accounts: every rule is checked, and every broken one is named.

import { randomBytes } from 'node:crypto'
import { hashSync } from 'bcryptjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestPlace, forEachEngine } from '../../e2e/databases.ts'
import { openTestApp, type TestApp } from '../../e2e/test-app.ts'
import type { AccountRequest, ImportedAccount } from './accounts.ts'

let keycard: TestApp
beforeAll(async () => {
  keycard = await openTestApp({ env: { DEMO_ACCOUNTS: 'off' } })
})
afterAll(() => keycard.close())

const password = 'four unrelated words here'
const create = (request: AccountRequest) => keycard.services.accounts.create(request)

test('an account is made with the role of a user, and its password signs in', async () => {
  const user = await create({ username: 'grace', password, email: 'grace@example.com' })
  expect(user).toMatchObject({ username: 'grace', role: 'user', disabled: false, isDemo: false })
  expect(user.password.hash).toMatch(/^\$2b\$10\$/)
  await expect(keycard.services.passwords.verify(password, user.password)).resolves.toEqual({
    ok: true,
    rehash: false,
  })
})

test('all fields that break a rule are named at once, and the password is in no sentence', async () => {
  const request = { username: 'a b', password: 'geheim', email: 'nope', fullName: '\t' }
  const error = await create(request).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({
    reason: 'invalid_input',
    fields: [
      { path: 'username', message: expect.stringContaining('letters a to z') },
      { path: 'email', message: expect.stringContaining('e-mail address') },
      { path: 'full_name', message: expect.stringContaining('control characters') },
      { path: 'password', message: expect.stringContaining('at least 15 characters') },
    ],
  })
  expect(String(error)).not.toContain('geheim')
  expect(await keycard.services.users.findByLogin('a b')).toBeUndefined()
})

test.each<[string, Partial<AccountRequest>, string]>([
  ['R89: a password everybody knows', { password: 'passwordpassword' }, 'password'],
  ['R89: a password made of the user name', { password: 'henry.henry.henry' }, 'password'],
  ['R92: a password with NUL', { password: `${password}\0` }, 'password'],
  ['R91: a password with a lone surrogate', { password: `${password}\ud800` }, 'password'],
  ['R87: a password of 257 characters', { password: 'ab1 '.repeat(65) }, 'password'],
  ['a user name with an @', { username: 'henry@example.com' }, 'username'],
  ['a user name of 65 characters', { username: 'h'.repeat(65) }, 'username'],
])('%s is refused', async (_name, change, path) => {
  await expect(create({ username: 'henry', password, ...change })).rejects.toMatchObject({
    reason: 'invalid_input',
    fields: [{ path }],
  })
})

test('R87: PASSWORD_MIN_LENGTH is what counts', async () => {
  const lenient = await openTestApp({ env: { DEMO_ACCOUNTS: 'off', PASSWORD_MIN_LENGTH: '8' } })
  const short = 'qv7 kx2 z'
  try {
    await expect(
      lenient.services.accounts.create({ username: 'ida', password: short }),
    ).resolves.toBeDefined()
  } finally {
    await lenient.close()
  }
  await expect(create({ username: 'ida', password: short })).rejects.toMatchObject({
    fields: [{ path: 'password' }],
  })
})

describe('importing', () => {
  forEachEngine((engine) => {
    let keycard: TestApp
    beforeAll(async () => {
      const place = await createTestPlace(engine)
      const masterKey = randomBytes(32).toString('base64')
      const env = { DATABASE_URL: place.url ?? '', MASTER_KEY: masterKey }
      keycard = await openTestApp({ env })
      return async () => {
        await keycard.close()
        await place.remove()
      }
    })

    const describeAccount = (username: string, values: Partial<ImportedAccount> = {}) => ({
      username,
      passwordHash: hashSync('what it was elsewhere', 4),
      email: null,
      fullName: null,
      role: 'user' as const,
      disabled: false,
      ...values,
    })

    const signIn = async (username: string, secret: string) => {
      const answer = await keycard.app.inject({
        method: 'POST',
        url: '/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({ username, password: secret }).toString(),
      })
      return answer.statusCode
    }

    test('R94: a plain bcrypt hash signs in, and is ours after that sign-in', async () => {
      const { accounts, users } = keycard.services
      const account = describeAccount('imported', { email: 'imported@example.com' })
      await accounts.import([account])
      const stored = async () => (await users.findByLogin('imported'))?.password
      // Sealed: whoever steals the database finds no bcrypt hash that he could guess at.
      const sealed = { hash: expect.stringMatching(/^sealed\.[^$]+$/), keyId: expect.any(String) }
      expect(await stored()).toEqual(sealed)
      expect(await signIn('imported', 'wrong')).toBe(401)
      expect(await stored()).toEqual(sealed)

      expect(await signIn('imported', 'what it was elsewhere')).toBe(200)
      expect(await stored()).toEqual({
        hash: expect.stringMatching(/^\$2b\$10\$/),
        keyId: expect.any(String),
      })
      expect(await signIn('imported@example.com', 'what it was elsewhere')).toBe(200)
      expect(await signIn('imported', 'wrong')).toBe(401)
    })

    test('all or none: every line that is wrong is named, and nobody is made', async () => {
      const { accounts, users } = keycard.services
      const email = 'twin@example.com'
      const list = [
        describeAccount('fine'),
        describeAccount('JohnDoe'),
        describeAccount('one', { email }),
        describeAccount('two', { email: email.toUpperCase() }),
        describeAccount('a b', { passwordHash: '$argon2id$v=19$m=65536', fullName: '\t' }),
      ]
      const error = await accounts.import(list).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({
        reason: 'invalid_input',
        fields: [
          { path: '1.username', message: 'is taken' },
          { path: '3.email', message: 'is taken' },
          { path: '4.username' },
          { path: '4.full_name' },
          { path: '4.password_hash' },
        ],
      })
      expect(String(error)).not.toContain('argon2id')
      expect(await users.findByLogin('fine')).toBeUndefined()
    })
  })
})
