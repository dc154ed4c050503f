// Checking a password: what counts as a failure and what does not, and the better hash.

import { expect, test } from 'vitest'
import { loginMaxLength } from '../../contract/credential-rules.ts'
import { makeHolder, readAuditLog, shareTestApp, someDevice } from '../../testing/account-holder.ts'
import { operator } from '../../testing/operator.ts'
import { noMailNotices } from '../mail/mail-notices.ts'
import type { BcryptEngineName } from '../passwords/bcrypt-engine.js'
import { createPasswords, type Passwords } from '../passwords/passwords.ts'
import type { StoredPassword } from '../passwords/stored-password.ts'
import { createPasswordCheck } from './password-check.ts'

const { app } = shareTestApp('sqlite')
const pepper = { id: 'pepper', key: new Uint8Array(32) }

function createCheck(passwords: Passwords) {
  const { database, users, loginThrottle, auditLog } = app().services
  const mailNotices = noMailNotices
  return createPasswordCheck({
    database,
    users,
    passwords,
    loginThrottle,
    mailNotices,
    auditLog,
  })
}

async function store(userId: string, { hash, keyId }: StoredPassword): Promise<void> {
  await app()
    .services.database.kysely.updateTable('users')
    .set({ password_hash: hash, password_key_id: keyId })
    .where('id', '=', userId)
    .execute()
}

test('R101: where no password can be hashed, no attempt is a failure', async () => {
  const { database } = app().services
  const { id, username, password } = await makeHolder(app().services)
  const engine = 'not installed' as BcryptEngineName
  const broken = createPasswords({ peppers: [pepper], engine })
  const check = createCheck(broken)
  for (let count = 0; count < 6; count++) {
    const attempt = check({ username, password, device: someDevice })
    await expect(attempt).rejects.toThrow('no bcrypt is named not installed')
  }
  await broken.close()
  expect(await database.kysely.selectFrom('throttle_counters').selectAll().execute()).toEqual([])
  expect(await readAuditLog(app().services, id)).toEqual([])
})

test('R99: five wrong passwords in a row, which were checked, make the next one wait', async () => {
  const holder = await makeHolder(app().services)
  for (let count = 0; count < 5; count++) expect(await holder.opensWith('wrong')).toBe(false)
  expect(await holder.opensWith(holder.password)).toBe(false)
  const refused = Array(5).fill('sign_in_refused wrong_password')
  expect(await readAuditLog(app().services, holder.id)).toEqual(refused)
})

test("R109: in the log only, a disabled account's right password is distinguished from a wrong one", async () => {
  const holder = await makeHolder(app().services)
  await app().services.userAdministration.disable(holder.id, operator)
  expect(await holder.opensWith(holder.password)).toBe(false)
  const log = await readAuditLog(app().services, holder.id)
  expect(log).toContain('sign_in_refused disabled')
})

test('a name longer than the maximum is refused like a wrong password, and nothing is hashed', async () => {
  const { passwords } = app().services
  const check = createCheck(passwords)
  const before = passwords.stats().completed
  const username = 'x'.repeat(loginMaxLength + 1)
  await expect(check({ username, password: 'any', device: someDevice })).rejects.toMatchObject({
    reason: 'invalid_credentials',
    message: 'Incorrect username or password',
  })
  expect(passwords.stats().completed).toBe(before)
})

test('R94: an outdated hash is replaced when its owner signs in', async () => {
  const holder = await makeHolder(app().services)
  const cheap = createPasswords({ peppers: [pepper], cost: 10 })
  const stored = await cheap.hash(holder.password)
  const dear = createPasswords({ peppers: [pepper], cost: 11 })
  await store(holder.id, stored)
  const presented = { username: holder.username, password: holder.password, device: someDevice }
  const { password } = await createCheck(dear)(presented)
  expect(password.hash).toMatch(/^\$2b\$11\$/)
  expect(await app().services.users.findById(holder.id)).toMatchObject({ password })
  await Promise.all([cheap.close(), dear.close()])
})

test('R94: a right password is accepted where the better hash cannot be made', async () => {
  const holder = await makeHolder(app().services)
  const dear = createPasswords({ peppers: [pepper], cost: 12 })
  const stored = await dear.hash(holder.password)
  await store(holder.id, stored)
  const closing = createPasswords({ peppers: [pepper], cost: 10 })
  const presented = { username: holder.username, password: holder.password, device: someDevice }
  const signedIn = createCheck(closing)(presented)
  await expect.poll(() => closing.stats().running, { interval: 1 }).toBe(1)
  // What runs ends, and nothing else is begun.
  const closed = closing.close()
  expect(await signedIn).toMatchObject({ id: holder.id, password: stored })
  await Promise.all([closed, dear.close()])
})
