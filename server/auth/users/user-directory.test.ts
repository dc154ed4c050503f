// The list of users: found by any word of theirs, in every order, page by page, on both engines.

import { sql } from 'kysely'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Role } from '../../contract/scopes.ts'
import { sortOrders, userSortKeys } from '../../contract/user-order.ts'
import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import type { Follower } from '../../db/changes/followers.ts'
import type { Database } from '../../db/database.ts'
import { openDatabase } from '../../db/open.ts'
import { insertRows } from '../../db/writes/insert-rows.ts'
import {
  createTestPlace,
  forEachEngine,
  openTestDatabase,
  shareTestDatabase,
} from '../../testing/databases.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { createUserDirectory, type UserQuery } from './user-directory.ts'
import type { UserFilter } from './user-filter.ts'
import { upgradeSearchKeys } from './user-search-upgrade.ts'
import { createUsers } from './users.ts'

interface Person {
  username: string
  email?: string
  fullName?: string
  role?: Role
  disabled?: boolean
}

/** In the order in which they are made, a minute apart. */
const people: Person[] = [
  { username: 'Zoe', email: 'Zoe@Example.com', fullName: 'Zoë van Dam' },
  { username: 'ada', fullName: 'ADA LOVELACE', role: 'admin' },
  { username: 'bob_smith', email: 'bob.t@mail.company.org', fullName: "Bob O'Neill-Smith" },
  { username: 'carl.100', email: 'carl@example.com', disabled: true },
  { username: '9lives', email: '9lives@xn--mnchen-3ya.ex', fullName: 'Straße  ﷺ Ａｄａ' },
  { username: 'old-admin', role: 'admin', disabled: true },
]

forEachEngine((engine) => {
  const database = shareTestDatabase(engine)
  const clock = createTestClock()
  const ids = new Map<string, string>()

  beforeAll(async () => {
    const users = createUsers({ database: database(), clock })
    for (const { username, email = null, fullName = null, ...person } of people) {
      const rest = { role: 'user', disabled: false, isDemo: false, ...person } as const
      const password = { hash: 'none', keyId: null }
      const user = await users.create({ username, email, fullName, password, ...rest })
      ids.set(username, user.id)
      clock.advance(60_000)
    }
    // Seen in this order, and the others never.
    for (const username of ['carl.100', 'Zoe']) {
      const user = await users.findByLogin(username)
      if (user) await users.noteSeen(user)
      clock.advance(60_000)
    }
  })

  async function list(query: Partial<UserQuery> = {}) {
    const directory = createUserDirectory({ database: database(), clock })
    const everybody = { page: 1, perPage: 20, search: '', sort: 'username', order: 'asc' } as const
    return directory.list({ ...everybody, ...query })
  }

  async function names(query: Partial<UserQuery> = {}): Promise<string[]> {
    return (await list(query)).users.map(({ username }) => username)
  }

  describe('the search', () => {
    test.each([
      ['the beginning of a name', 'ada', ['9lives', 'ada']],
      ['another case', 'ZO', ['Zoe']],
      ['full-width letters', 'ｚｏｅ', ['Zoe']],
      ['a later part of a username', 'admin', ['old-admin']],
      ['digits in a username', '100', ['carl.100']],
      ['an email address', 'bob.t@mail.comp', ['bob_smith']],
      ['a later part of one', 'company', ['bob_smith']],
      ['the domain of one', 'example', ['carl.100', 'Zoe']],
      ['a part of a domain in Unicode', 'MÜNCH', ['9lives']],
      ['an address in one, as far as it is typed', '9lives@mün', ['9lives']],
      ['its domain in ASCII', 'xn--mnchen-3ya.ex', ['9lives']],
      ['the domain with its @', '@example.com', ['carl.100', 'Zoe']],
      ['a full name over more words', ' van  d', ['Zoe']],
      ['the last word of one', 'dam', ['Zoe']],
      ['a word after an apostrophe', 'neill', ['bob_smith']],
      ['a word after a hyphen', 'smith', ['bob_smith']],
      ['an accent made of two characters', 'zoe\u0308', ['Zoe']],
      ['a first name and a last one', 'ada lovelace', ['ada']],
      ['the two in the other order', 'LOVELACE ada', ['ada']],
      ['words of three fields, in any order', 'neill company bob_s', ['bob_smith']],
      ['words with one that many have', 'example dam', ['Zoe']],
      ['a word with an apostrophe beside another', "bob o'nei", ['bob_smith']],
      ['the same word twice', 'dam dam', ['Zoe']],
      ['a word of one character', 'd van', ['Zoe']],
    ])('finds by %s (%j)', async (_what, search, expected) => {
      expect(await names({ search })).toEqual(expected)
      expect((await list({ search })).total).toBe(expected.length)
    })

    test.each([
      ['the middle of a word', 'ovelace'],
      ['a word in no name', 'nobody'],
      ['two words of different people', 'zoe lovelace'],
      ['a second word with another mark in it', 'bob neill.smith'],
      ['a second word from its middle', 'ada ovelace'],
      ['a wildcard beside a word', 'ada %'],
      ['another one beside a word', 'bob _mith'],
      ['a wildcard of LIKE', '%'],
      ['another one', '_da'],
      ['a backslash', '\\'],
      ['SQL', "' or 1=1 --"],
    ])('finds no one by %s (%j)', async (_what, search) => {
      expect(await list({ search })).toMatchObject({ users: [], total: 0, nextCursor: null })
    })

    test.each(['', ' ', '@'])('an empty search (%j) finds all users', async (search) => {
      expect(await names({ search })).toHaveLength(people.length)
    })

    test('finds a user with a name of a hundred characters, by all of them', async () => {
      const users = createUsers({ database: database(), clock })
      // In canonical form each of them is eighteen.
      const fullName = 'ﷺ'.repeat(100)
      const { id } = await users.create({
        username: 'longest',
        email: null,
        fullName,
        role: 'user',
        disabled: true,
        password: { hash: 'none', keyId: null },
        isDemo: false,
      })
      expect(await names({ search: fullName })).toEqual(['longest'])
      await database().kysely.deleteFrom('users').where('id', '=', id).execute()
      const keys = database().kysely.selectFrom('user_search_keys').where('user_id', '=', id)
      expect(await keys.selectAll().execute()).toEqual([])
    })
  })

  describe('the order', () => {
    test.each([
      ['username', ['9lives', 'ada', 'bob_smith', 'carl.100', 'old-admin', 'Zoe']],
      ['role', ['ada', 'old-admin', '9lives', 'bob_smith', 'carl.100', 'Zoe']],
      ['created_at', ['Zoe', 'ada', 'bob_smith', 'carl.100', '9lives', 'old-admin']],
      ['last_seen_at', ['9lives', 'ada', 'bob_smith', 'old-admin', 'carl.100', 'Zoe']],
    ] as const)('37. by %s, and the other way round', async (sort, expected) => {
      expect(await names({ sort })).toEqual(expected)
      expect(await names({ sort, order: 'desc' })).toEqual(expected.toReversed())
    })

    test('37. the pages of every order hold all users, each once', async () => {
      for (const sort of userSortKeys) {
        for (const order of sortOrders) {
          const whole = await names({ sort, order })
          const pages = [1, 2, 3, 4].map((page) => names({ sort, order, page, perPage: 2 }))
          expect(await Promise.all(pages)).toEqual([
            whole.slice(0, 2),
            whole.slice(2, 4),
            whole.slice(4),
            [],
          ])
        }
      }
      expect(await names({ page: 100, perPage: 100 })).toEqual([])
    })
  })

  describe('the filters', () => {
    test.each<[Partial<UserQuery>, string[]]>([
      [{ role: 'admin' }, ['ada', 'old-admin']],
      [{ role: 'user' }, ['9lives', 'bob_smith', 'carl.100', 'Zoe']],
      [{ state: 'disabled' }, ['carl.100', 'old-admin']],
      [{ state: 'active' }, ['9lives', 'ada', 'bob_smith', 'Zoe']],
      [{ role: 'admin', state: 'disabled' }, ['old-admin']],
      [{ role: 'user', state: 'active', search: 'example' }, ['Zoe']],
      [{ state: 'disabled', search: 'example' }, ['carl.100']],
      [{ role: 'admin', search: 'example' }, []],
    ])('%j leaves %j, in every order', async (query, expected) => {
      for (const sort of userSortKeys) {
        for (const order of sortOrders) {
          const everybody = await names({ search: query.search ?? '', sort, order })
          const left = everybody.filter((name) => expected.some((one) => one === name))
          expect(left).toHaveLength(expected.length)
          expect(await names({ ...query, sort, order })).toEqual(left)
        }
      }
      expect((await list(query)).total).toBe(expected.length)
    })

    test('all users of a filter are read, and those of a search among them', async () => {
      const directory = createUserDirectory({ database: database(), clock })
      const read = async (search: string, filter: UserFilter) => {
        const found: string[] = []
        for await (const users of directory.everyone(search, filter)) {
          found.push(...users.map(({ username }) => username))
        }
        return found
      }
      expect(await read('', { state: 'disabled' })).toEqual(['carl.100', 'old-admin'])
      expect(await read('ada', { role: 'user' })).toEqual(['9lives'])
    })
  })

  test('says who was seen when, and how many sessions live', async () => {
    const nowMs = clock.now()
    const session = (id: string, values: { idle?: number; end?: number; revoked?: number }) => ({
      id,
      user_id: ids.get('Zoe') ?? '',
      client_id: 'c',
      scope: 'me',
      created_at_ms: nowMs,
      last_used_at_ms: nowMs,
      idle_ms: 1,
      idle_expires_at_ms: values.idle ?? nowMs + 1,
      expires_at_ms: values.end ?? nowMs + 1,
      revoked_at_ms: values.revoked ?? null,
      transport: 'cookie' as const,
    })
    const sessions = [
      session('one', {}),
      session('two', {}),
      session('idle', { idle: nowMs }),
      session('old', { end: nowMs }),
      session('ended', { revoked: nowMs }),
    ]
    await database().kysely.insertInto('sessions').values(sessions).execute()
    const { users } = await list()
    const facts = users.map(({ username, lastSeenAtMs, sessionCount }) => [
      username,
      lastSeenAtMs,
      sessionCount,
    ])
    expect(facts).toContainEqual(['Zoe', clock.now() - 60_000, 2])
    expect(facts).toContainEqual(['carl.100', clock.now() - 120_000, 0])
    expect(facts).toContainEqual(['ada', null, 0])
  })

  test('38. marks the only admin who can sign in, and no one once there is another', async () => {
    const lastOnes = async () =>
      (await list()).users.filter((user) => user.isLastAdmin).map(({ username }) => username)
    const setDisabled = (disabled: 0 | 1) =>
      database()
        .kysely.updateTable('users')
        .set({ disabled })
        .where('username', '=', 'old-admin')
        .execute()
    expect(await lastOnes()).toEqual(['ada'])
    await setDisabled(0)
    expect(await lastOnes()).toEqual([])
    await setDisabled(1)
  })

  test('a list is counted to a thousand, paged to ten thousand, and read to its end by cursor', async () => {
    const place = await openTestDatabase(engine)
    const directory = createUserDirectory({ database: place, clock })
    const names = await crowd(place, 1_001)
    const query = { page: 1, perPage: 100, search: '', sort: 'username', order: 'asc' } as const
    for (const search of ['', 'member', 'example member']) {
      const first = await directory.list({ ...query, search })
      expect(first).toMatchObject({ total: 1_000, hasMoreThanTotal: true, isCut: false })
      for (const sort of userSortKeys) {
        for (const order of sortOrders) {
          const found: string[] = []
          let cursor: string | undefined
          do {
            const page = await directory.list({ ...query, search, sort, order, cursor })
            found.push(...page.users.map(({ username }) => username))
            cursor = page.nextCursor ?? undefined
          } while (cursor !== undefined)
          expect(found.length).toBe(names.length)
          // Each once, and in the order of the numbered pages.
          expect(new Set(found).size).toBe(names.length)
          const eleventh = await directory.list({ ...query, search, sort, order, page: 11 })
          expect(eleventh.users.map(({ username }) => username)).toEqual(found.slice(1_000))
          expect(eleventh).toMatchObject({ total: 1_000, nextCursor: null })
        }
      }
    }
    expect(await directory.list({ ...query, page: 100 })).toMatchObject({ users: [] })
    await expect(directory.list({ ...query, page: 101 })).rejects.toMatchObject({
      reason: 'invalid_input',
      fields: [{ path: 'page', message: expect.stringContaining('next_cursor') }],
    })
    for (const cursor of ['', 'member', 'a:b:c', '12:member', 'admin:member']) {
      const refused = directory.list({ ...query, cursor })
      await expect(refused).rejects.toMatchObject({ fields: [{ path: 'cursor' }] })
    }
  })

  test('of more than ten thousand keys of one word some are read, and the answer says so; of two words, all', async () => {
    const { find, fill, directory } = await openCommonWords()
    await fill(10_001, ['kim', 'lee'])
    expect(await find('ki')).toEqual({ found: ['member-10000'], isCut: true })
    for (const search of ['kim lee', 'lee kim', 'le ki', 'kim lee the']) {
      expect(await find(search), search).toEqual({ found: ['the-one'], isCut: false })
    }
    // The command line takes its time, and finds them all.
    const everyone: string[] = []
    for await (const some of directory.everyone('kim')) {
      everyone.push(...some.map(({ username }) => username))
    }
    expect(everyone).toEqual(['member-10000', 'the-one'])
  })

  test('where more than a thousand have both words, the first of them are found, whatever the page', async () => {
    const { find, fill } = await openCommonWords(1_001)
    await fill(10_010, ['kim lee', 'lee kim'])
    const pages = [await find('le ki'), await find('le ki', { page: 2 })]
    expect(pages.map(({ isCut }) => isCut)).toEqual([true, true])
    expect(new Set(pages.flatMap(({ found }) => found)).size).toBe(40)
  })

  test('a filter that leaves few users is searched whole, however common the word', async () => {
    const { find, fill, place } = await openCommonWords()
    await fill(10_001, ['kim'])
    await place.kysely
      .updateTable('users')
      .set({ role: 'admin', disabled: 1 })
      .where('username', '=', 'the-one')
      .execute()
    for (const filter of [{ role: 'admin' }, { state: 'disabled' }] as const) {
      expect(await find('k', filter)).toEqual({ found: ['the-one'], isCut: false })
      expect(await find('l k', filter)).toEqual({ found: ['the-one'], isCut: false })
    }
  })

  test('a user whom an older node writes is found beside the others at once, and their keys are written anew', async () => {
    const place = await openTestDatabase(engine)
    const directory = createUserDirectory({ database: place, clock })
    const [first = '', second = ''] = await crowd(place, 2)
    const { id = '' } = (await createUsers({ database: place, clock }).findByLogin(first)) ?? {}
    const keys = place.kysely.selectFrom('user_search_keys').select('key').where('user_id', '=', id)
    const newKeys = await keys.orderBy('key').execute()
    await place.kysely.deleteFrom('user_search_keys').where('user_id', '=', id).execute()
    // As 0.1.0 made them.
    const old = [first, '10000', `${first}@example.com`, 'example.com']
    const values = old.map((key) => ({ key, user_id: id }))
    await place.kysely.insertInto('user_search_keys').values(values).execute()

    const query = { page: 1, perPage: 20, sort: 'username', order: 'asc' } as const
    const find = async (search: string) => {
      const { users } = await directory.list({ ...query, search })
      return users.map(({ username }) => username)
    }
    const expectAll = async () => {
      for (const search of ['member', 'example', 'example member']) {
        expect(await find(search)).toEqual([first, second])
      }
      expect(await find('10000 exam')).toEqual([first])
      expect(await find('10001 exam')).toEqual([second])
    }
    await expectAll()

    await upgradeNow(place)
    expect(await keys.orderBy('key').execute()).toEqual(newKeys)
    await expectAll()
  })

  test('a user whose address was in a Unicode domain before an update is found by a part of it', async () => {
    const place = await createTestPlace(engine)
    onTestFinished(() => place.remove())
    const older = await openDatabase(place)
    const created = await createUsers({ database: older, clock }).create({
      username: 'kim',
      email: 'kim@xn--mnchen-3ya.example',
      fullName: null,
      role: 'user',
      disabled: false,
      password: { hash: 'none', keyId: null },
      isDemo: false,
    })
    // As the keys were, all in ASCII.
    const beginnings = [
      'kim@xn--mnchen-3ya.example',
      'xn--mnchen-3ya.example',
      'mnchen-3ya.example',
    ]
    const rest = '\nkim\n kim xn mnchen 3ya example'
    await older.kysely.deleteFrom('user_search_keys').execute()
    await older.kysely
      .insertInto('user_search_keys')
      .values(beginnings.map((beginning) => ({ key: beginning + rest, user_id: created.id })))
      .execute()
    await sql`delete from kysely_migration where name = '0015_search_keys_in_unicode'`.execute(
      older.kysely,
    )
    await older.close()

    const updated = await openDatabase(place)
    onTestFinished(() => updated.close())
    const directory = createUserDirectory({ database: updated, clock })
    const find = async (search: string) => {
      const query = { page: 1, perPage: 20, sort: 'username', order: 'asc', search } as const
      return (await directory.list(query)).users.map(({ username }) => username)
    }
    expect(await find('xn--m')).toEqual(['kim'])
    expect(await find('mün')).toEqual([])
    await upgradeNow(updated)
    for (const search of ['xn--m', 'MÜN', 'kim mün', 'kim@münch', 'kim@xn--mnchen-3ya.example']) {
      expect(await find(search), search).toEqual(['kim'])
    }
  })

  test('all users are read to the end, page after page, each once and by name', async () => {
    const place = await openTestDatabase(engine)
    const directory = createUserDirectory({ database: place, clock })
    const read = async (search: string) => {
      const found: string[] = []
      const pages: number[] = []
      for await (const users of directory.everyone(search)) {
        pages.push(users.length)
        found.push(...users.map(({ username }) => username))
      }
      return { found, pages }
    }
    expect(await read('')).toEqual({ found: [], pages: [] })
    const names = await crowd(place, 501)
    expect(await read('')).toEqual({ found: names, pages: [500, 1] })
    expect(await read('member')).toEqual({ found: names, pages: [500, 1] })
    expect((await read('member-1000')).found).toEqual(names.slice(0, 10))
    expect(await directory.count()).toBe(501)
  })

  /** Some members, and Kim Lee, who comes after them. */
  async function openCommonWords(members = 1) {
    const place = await openTestDatabase(engine)
    const directory = createUserDirectory({ database: place, clock })
    const users = createUsers({ database: place, clock })
    const names = await crowd(place, members)
    const rows = await place.kysely.selectFrom('users').select(['id', 'username']).execute()
    const idOf = new Map(rows.map(({ id, username }) => [username, id]))
    const rest = { email: null, role: 'user', disabled: false, isDemo: false } as const
    const password = { hash: 'none', keyId: null }
    await users.create({ ...rest, password, username: 'the-one', fullName: 'Kim Lee' })

    /** So many keys for each of the words, given to the members in turn. */
    async function fill(count: number, words: readonly string[]): Promise<void> {
      const keys = Array.from({ length: count }, (_, index) => {
        const name = names[index % names.length] ?? ''
        const user_id = idOf.get(name) ?? ''
        return words.map((word) => ({ key: `${word} a${index}\n${name}\n ${word}`, user_id }))
      })
      await place.runAtomically(insertRows(engine, 'user_search_keys', keys.flat()))
    }

    async function find(search: string, rest: Partial<UserQuery> = {}) {
      const query = {
        page: 1,
        perPage: 20,
        sort: 'username',
        order: 'asc',
        search,
        ...rest,
      } as const
      const { users: found, isCut } = await directory.list(query)
      return { found: found.map(({ username }) => username), isCut }
    }
    return { place, directory, fill, find }
  }

  async function upgradeNow(place: Database): Promise<void> {
    let everyMinute: Follower['purge']
    const feed: Pick<ChangeFeed, 'follow'> = {
      follow: ({ purge }) => {
        everyMinute = purge
      },
    }
    upgradeSearchKeys({ database: place, feed, serving: false })
    await everyMinute?.()
  }

  /** `member-10000` and so on, with an address each. @returns their names, in their order */
  async function crowd(place: Database, count: number): Promise<string[]> {
    const names = Array.from({ length: count }, (_, number) => `member-${10_000 + number}`)
    const rest = { fullName: null, role: 'user', disabled: false, isDemo: false } as const
    const password = { hash: 'none', keyId: null }
    await createUsers({ database: place, clock }).createAll(
      names.map((username) => ({ username, email: `${username}@example.com`, ...rest, password })),
    )
    return names
  }
})
