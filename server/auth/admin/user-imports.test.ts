// Imported accounts: checked without a trace, added in batches, continued after an interruption.

import { randomBytes } from 'node:crypto'
import { hashSync } from 'bcryptjs'
import { beforeAll, expect, test } from 'vitest'
import { createTestPlace, forEachEngine } from '../../testing/databases.ts'
import { operator } from '../../testing/operator.ts'
import { openTestApp, type TestApp } from '../../testing/test-app.ts'
import type { ImportedAccount } from './user-imports.ts'

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

  test('R94: a plain bcrypt hash signs in, and is our own after that sign-in', async () => {
    const { userImports, users } = keycard.services
    const account = describeAccount('imported', { email: 'imported@example.com' })
    await userImports.add('digest', 0, [account])
    const stored = async () => (await users.findByLogin('imported'))?.password
    // Sealed: a thief of the database finds no bcrypt hash to guess at.
    const sealed = { hash: expect.stringMatching(/^sealed\.[^$]+$/), keyId: expect.any(String) }
    expect(await stored()).toEqual(sealed)
    expect(await signIn('imported', 'wrong')).toBe(401)
    expect(await stored()).toEqual(sealed)

    expect(await signIn('imported', 'what it was elsewhere')).toBe(200)
    expect(await stored()).toEqual({
      hash: expect.stringMatching(/^\$2b\$04\$/),
      keyId: expect.any(String),
    })
    expect(await signIn('imported@example.com', 'what it was elsewhere')).toBe(200)
    expect(await signIn('imported', 'wrong')).toBe(401)
  })

  test('R102: names are stored, and found to be taken, in one form', async () => {
    const { userImports, users } = keycard.services
    const account = describeAccount(' Spelt ', { email: ' Spelt@MÜNCHEN.example' })
    const again = describeAccount('other', { email: 'spelt@xn--mnchen-3ya.example ' })
    const check = userImports.createCheck()
    const problems = (await check([account, again])).map((list) => list.map(({ path }) => path))
    expect(problems).toEqual([[], ['email']])
    await userImports.add('spelt', 0, [account])
    expect(await users.findByLogin('spelt@münchen.example')).toMatchObject({
      username: 'Spelt',
      email: 'Spelt@xn--mnchen-3ya.example',
    })
  })

  test('every wrong account is named, on whatever list, and nothing is written', async () => {
    const { userImports, users } = keycard.services
    const email = 'twin@example.com'
    const check = userImports.createCheck()
    const fields = async (...list: ImportedAccount[]) =>
      (await check(list)).map((problems) => problems.map(({ path }) => path).join(' '))
    expect(
      await fields(
        describeAccount('fine'),
        describeAccount('JohnDoe'),
        describeAccount('one', { email }),
        describeAccount('a b', { passwordHash: '$argon2id$v=19$m=65536', fullName: '\t' }),
      ),
    ).toEqual(['', 'username', '', 'username full_name password_hash'])
    expect(
      await fields(
        describeAccount('two', { email: email.toUpperCase() }),
        describeAccount('FINE'),
        describeAccount('three'),
      ),
    ).toEqual(['email', 'username', ''])
    expect(await users.findByLogin('fine')).toBeUndefined()
  })

  test('an interrupted import continues where it stopped, and no two processes do it at once', async () => {
    const { userImports, users, database } = keycard.services
    const [one, two, three] = ['ida', 'jo', 'kim'].map((name) => describeAccount(name))
    if (!one || !two || !three) throw new Error('there are three')
    expect(await userImports.countDone('file')).toBe(0)
    await userImports.add('file', 0, [one])
    await expect(userImports.add('file', 0, [one])).rejects.toThrow('Another process')
    expect(await userImports.countDone('file')).toBe(1)
    await userImports.add('file', 1, [two])
    await expect(userImports.add('file', 1, [three])).rejects.toMatchObject({ reason: 'conflict' })
    expect(await users.findByLogin('kim')).toBeUndefined()
    // A name that was taken since the check is left out, and the others are there.
    const late = [three, describeAccount('IDA')]
    expect(await userImports.add('file', 2, late)).toMatchObject([[], [{ path: 'username' }]])
    await userImports.finish('file', 3, operator)
    expect(await userImports.countDone('file')).toBe(0)
    const entries = await database.kysely
      .selectFrom('audit_events')
      .select(['actor_id', 'what'])
      .where('event', '=', 'users_imported')
      .execute()
    expect(entries).toEqual([{ actor_id: 'operator', what: '3' }])
    for (const name of ['ida', 'jo', 'kim']) expect(await users.findByLogin(name)).toBeDefined()
  })
})
