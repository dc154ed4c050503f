import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../../testing/test-app.ts'
import type { AccountRequest } from './accounts.ts'

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
  expect(user.password.hash).toMatch(/^\$2b\$04\$/)
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
      { path: 'email', message: expect.stringContaining('email address') },
      { path: 'full_name', message: expect.stringContaining('control characters') },
      { path: 'password', message: expect.stringContaining('at least 15 characters') },
    ],
  })
  expect(String(error)).not.toContain('geheim')
  expect(await keycard.services.users.findByLogin('a b')).toBeUndefined()
})

test.each<[string, Partial<AccountRequest>, string]>([
  ['R89: a well-known password', { password: 'passwordpassword' }, 'password'],
  ['R89: a password made of the username', { password: 'henry.henry.henry' }, 'password'],
  ['R92: a password with NUL', { password: `${password}\0` }, 'password'],
  ['R91: a password with a lone surrogate', { password: `${password}\ud800` }, 'password'],
  ['R87: a password of 257 characters', { password: 'ab1 '.repeat(65) }, 'password'],
  ['a username with an @', { username: 'henry@example.com' }, 'username'],
  ['a username of 65 characters', { username: 'h'.repeat(65) }, 'username'],
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
