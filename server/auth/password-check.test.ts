// What is no wrong password: one that was not looked at counts against nobody, and stands in no log.

import { expect, test } from 'vitest'
import { makeHolder, readAuditLog, shareTestApp, someDevice } from '../../e2e/account-holder.ts'
import type { BcryptEngineName } from './bcrypt-engine.js'
import { createPasswordCheck } from './password-check.ts'
import { createPasswords } from './passwords.ts'

const { app } = shareTestApp('sqlite')

test('R101: where no password can be hashed, no attempt is a failure', async () => {
  const { users, loginThrottle, auditLog, database } = app().services
  const { id, username, password } = await makeHolder(app().services)
  const broken = createPasswords({
    peppers: [{ id: 'pepper', key: new Uint8Array(32) }],
    engine: 'not installed' as BcryptEngineName,
  })
  const check = createPasswordCheck({ users, passwords: broken, loginThrottle, auditLog })
  const presented = { username, password, device: someDevice }
  for (let count = 0; count < 6; count++) {
    await expect(check(presented)).rejects.toThrow('no bcrypt is named not installed')
  }
  await broken.close()
  expect(await database.kysely.selectFrom('throttle_counters').selectAll().execute()).toEqual([])
  expect(await readAuditLog(app().services, id)).toEqual([])
})

test('R99: five wrong passwords in a row, which were looked at, make the next one wait', async () => {
  const holder = await makeHolder(app().services)
  for (let count = 0; count < 5; count++) expect(await holder.opensWith('wrong')).toBe(false)
  expect(await holder.opensWith(holder.password)).toBe(false)
})
