// The rows of users: found by any spelling of a name, unique, listed in order, disabled for real.

import { expect, test } from 'vitest'
import { forEachEngine, openTestDatabase } from '../../e2e/databases.ts'
import { stillFeed } from '../../e2e/still-feed.ts'
import { createTestClock } from '../../e2e/test-clock.ts'
import type { Database } from '../db/database.ts'
import { createRevocations } from './revocations.ts'
import { createUsers, type NewUser } from './users.ts'

async function openUsers(database: Database) {
  const clock = createTestClock()
  const revocations = await createRevocations({
    database,
    clock,
    accessTokenLifetimeSeconds: 900,
    feed: stillFeed,
  })
  return { users: createUsers({ database, revocations, clock }), revocations, clock }
}

function describeUser(username: string, values: Partial<NewUser> = {}): NewUser {
  return {
    username,
    email: null,
    fullName: null,
    role: 'user',
    disabled: false,
    password: { hash: 'stored', keyId: 'key' },
    isDemo: false,
    ...values,
  }
}

forEachEngine((engine) => {
  test('a user is found by user name and by e-mail address, in any spelling of them', async () => {
    const { users, clock } = await openUsers(await openTestDatabase(engine))
    const ada = await users.create(
      describeUser('Ada', { email: 'Ada@Example.com', fullName: 'Ada L', role: 'admin' }),
    )
    expect(ada).toEqual({
      ...describeUser('Ada', { email: 'Ada@Example.com', fullName: 'Ada L', role: 'admin' }),
      id: expect.stringMatching(/^[\w-]{22}$/),
      epoch: 0,
      passwordChangedAtMs: clock.now(),
      createdAtMs: clock.now(),
    })
    for (const login of ['Ada', 'ada', 'ADA', 'Ａｄａ', 'ada@example.com', 'ADA@EXAMPLE.COM']) {
      expect(await users.findByLogin(login)).toEqual(ada)
    }
    expect(await users.findById(ada.id)).toEqual(ada)
  })

  test('a login that is nobody finds nobody, without an error', async () => {
    const { users } = await openUsers(await openTestDatabase(engine))
    await users.create(describeUser('ada'))
    expect(await users.findByLogin('ada')).toBeDefined()
    const strangers = ['', 'nobody', 'a@b', 'ada\0', 'ada\ud800', "' or 1=1 --", '%', '_da', ' ada']
    for (const login of strangers) expect(await users.findByLogin(login)).toBeUndefined()
  })

  test('a name or an address that is taken, in any spelling, is a conflict', async () => {
    const { users } = await openUsers(await openTestDatabase(engine))
    await users.create(describeUser('ada', { email: 'ada@example.com' }))
    const conflict = { reason: 'conflict', message: 'That user name or e-mail address is taken' }
    await expect(users.create(describeUser('ADA'))).rejects.toMatchObject(conflict)
    await expect(
      users.create(describeUser('bob', { email: 'ADA@example.com' })),
    ).rejects.toMatchObject(conflict)
    await expect(users.create(describeUser('bob'))).resolves.toBeDefined()
    await expect(users.create(describeUser('carol'))).resolves.toBeDefined()
  })

  test('of many made together none is there where one is a conflict', async () => {
    const { users } = await openUsers(await openTestDatabase(engine))
    await users.create(describeUser('taken'))
    const names = (page: { users: { username: string }[] }) =>
      page.users.map(({ username }) => username)
    const wanted = ['ada', 'TAKEN', 'bob'].map((name) => describeUser(name))
    await expect(users.createAll(wanted)).rejects.toMatchObject({ reason: 'conflict' })
    expect(names(await users.list(1, 10))).toEqual(['taken'])
    await users.createAll(wanted.filter(({ username }) => username !== 'TAKEN'))
    expect(names(await users.list(1, 10))).toEqual(['ada', 'bob', 'taken'])
    await users.createAll([])
  })

  test('the list is sorted by user name and paged', async () => {
    const { users } = await openUsers(await openTestDatabase(engine))
    for (const name of ['Zoe', 'ada', 'Bob', 'carl', '9lives'])
      await users.create(describeUser(name))
    const names = async (page: number) => {
      const { users: listed, total } = await users.list(page, 2)
      return [total, ...listed.map(({ username }) => username)]
    }
    expect(await names(1)).toEqual([5, '9lives', 'ada'])
    expect(await names(2)).toEqual([5, 'Bob', 'carl'])
    expect(await names(3)).toEqual([5, 'Zoe'])
    expect(await names(4)).toEqual([5])
    expect(await names(100_000)).toEqual([5])
  })

  test('R59: disabling ends every token there is, however often it is done', async () => {
    const { users, revocations } = await openUsers(await openTestDatabase(engine))
    const { id } = await users.create(describeUser('ada'))
    const token = { userId: id, sessionId: 's', epoch: 0 }
    expect(revocations.isRevoked(token)).toBe(false)
    await Promise.all([1, 2, 3].map(() => users.disable(id)))
    expect(revocations.isRevoked(token)).toBe(true)
    const user = await users.findById(id)
    expect(user?.disabled).toBe(true)
    expect(user?.epoch).toBeGreaterThan(0)
    expect(revocations.isRevoked({ ...token, epoch: user?.epoch ?? 0 })).toBe(false)
    await expect(users.disable('nobody')).rejects.toMatchObject({ reason: 'not_found' })
  })

  test('a token of an account that is gone speaks for nobody', async () => {
    const { users } = await openUsers(await openTestDatabase(engine))
    await expect(users.getCaller({ userId: 'gone' })).rejects.toMatchObject({
      reason: 'invalid_token',
      message: 'Could not validate credentials',
    })
  })

  test('R93: a rehash does not overwrite a password that was changed meanwhile', async () => {
    const { users } = await openUsers(await openTestDatabase(engine))
    const { id, password } = await users.create(describeUser('ada'))
    const [first, second] = [
      { hash: 'first', keyId: 'new' },
      { hash: 'second', keyId: 'new' },
    ]
    await users.replacePassword(id, password, first)
    await users.replacePassword(id, password, second)
    expect((await users.findById(id))?.password).toEqual(first)
  })
})
