// The rows of users: found by any spelling of a name, unique, made together or not at all, seen.

import { expect, test } from 'vitest'
import type { Database } from '../../db/database.ts'
import { forEachEngine, openTestDatabase } from '../../testing/databases.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { createUsers, type NewUser } from './users.ts'

function openUsers(database: Database) {
  const clock = createTestClock()
  return { users: createUsers({ database, clock }), clock }
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
  test('a user is found by username and by email address, in any spelling of them', async () => {
    const { users, clock } = openUsers(await openTestDatabase(engine))
    const ada = await users.create(
      describeUser('Ada', { email: 'Ada@Example.com', fullName: 'Ada L', role: 'admin' }),
    )
    expect(ada).toEqual({
      ...describeUser('Ada', { email: 'Ada@Example.com', fullName: 'Ada L', role: 'admin' }),
      id: expect.stringMatching(/^[\w-]{22}$/),
      tokenVersion: 0,
      passwordChangedAtMs: clock.now(),
      createdAtMs: clock.now(),
      lastSeenAtMs: null,
    })
    for (const login of [
      'Ada',
      'ada',
      'ADA',
      'Ａｄａ',
      ' ada ',
      'ada@example.com',
      'ADA@EXAMPLE.COM',
    ]) {
      expect(await users.findByLogin(login)).toEqual(ada)
    }
    expect(await users.findById(ada.id)).toEqual(ada)
  })

  test('an unknown login finds no one, without an error', async () => {
    const { users } = openUsers(await openTestDatabase(engine))
    await users.create(describeUser('ada'))
    expect(await users.findByLogin('ada')).toBeDefined()
    const strangers = ['', 'nobody', 'a@b', 'ada\0', 'ada\ud800', "' or 1=1 --", '%', '_da', 'a da']
    for (const login of strangers) expect(await users.findByLogin(login)).toBeUndefined()
  })

  test('a taken name or address, in any spelling, is a conflict', async () => {
    const { users } = openUsers(await openTestDatabase(engine))
    await users.create(describeUser('ada', { email: 'ada@example.com' }))
    const message = 'That username or email is taken'
    const taken = (path: string) => ({ reason: 'conflict', message, fields: [{ path }] })
    await expect(users.create(describeUser('ADA'))).rejects.toMatchObject(taken('username'))
    await expect(
      users.create(describeUser('bob', { email: 'ADA@example.com' })),
    ).rejects.toMatchObject(taken('email'))
    await expect(users.create(describeUser('bob'))).resolves.toBeDefined()
    await expect(users.create(describeUser('carol'))).resolves.toBeDefined()
  })

  test('of many made together none is there where one is a conflict', async () => {
    const { users } = openUsers(await openTestDatabase(engine))
    await users.create(describeUser('taken'))
    const whoIsThere = async () => {
      const found = await Promise.all(['ada', 'bob'].map((name) => users.findByLogin(name)))
      return found.map((user) => user?.username)
    }
    const wanted = ['ada', 'TAKEN', 'bob'].map((name) => describeUser(name))
    await expect(users.createAll(wanted)).rejects.toMatchObject({ reason: 'conflict' })
    expect(await whoIsThere()).toEqual([undefined, undefined])
    await users.createAll(wanted.filter(({ username }) => username !== 'TAKEN'))
    expect(await whoIsThere()).toEqual(['ada', 'bob'])
    await users.createAll([])
  })

  test('a write beside a new user happens with it, or neither does', async () => {
    const database = await openTestDatabase(engine)
    const { users } = openUsers(database)
    const { kysely } = database
    const device = (id: string) =>
      kysely
        .insertInto('known_devices')
        .values({ user_id: id, device_id: 'd', created_at_ms: 1, last_used_at_ms: 1 })
    const { id } = await users.create(describeUser('ada'), (id) => [device(id)])
    expect(await kysely.selectFrom('known_devices').select('user_id').execute()).toEqual([
      { user_id: id },
    ])
    await expect(users.create(describeUser('bob'), () => [device(id)])).rejects.toThrow()
    expect(await users.findByLogin('bob')).toBeUndefined()
  })

  test('when a user was last seen is stored, once a minute at most', async () => {
    const { users, clock } = openUsers(await openTestDatabase(engine))
    const { id } = await users.create(describeUser('ada'))
    const see = async () => {
      const user = await users.findById(id)
      if (user) await users.noteSeen(user)
      return (await users.findById(id))?.lastSeenAtMs
    }
    const first = clock.now()
    expect(await see()).toBe(first)
    clock.advance(59_999)
    expect(await see()).toBe(first)
    clock.advance(1)
    expect(await see()).toBe(first + 60_000)
  })

  test("a deleted account's token is refused", async () => {
    const { users } = openUsers(await openTestDatabase(engine))
    await expect(users.getCaller({ userId: 'gone' })).rejects.toMatchObject({
      reason: 'invalid_token',
      message: 'Could not validate credentials',
    })
  })

  test('R93: a rehash does not overwrite a password that was changed meanwhile', async () => {
    const { users } = openUsers(await openTestDatabase(engine))
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
