// The search beside a plain scan of all users: the same people, in the same order, on both engines.

import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { sortOrders, userSortKeys } from '../../contract/user-order.ts'
import { forEachEngine, shareTestDatabase } from '../../testing/databases.ts'
import { propertyCases } from '../../testing/property-cases.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { createUserDirectory, type UserQuery } from './user-directory.ts'
import { createUsers } from './users.ts'

/** Few, so that many people have the same ones, and some begin with others. */
const firstNames = ['An', 'Ana', 'Anaïs', 'ＡＮＮＡ', 'Zoë', "D'An", 'Ōno', 'Σίμων', '安娜', 'Bob']
const lastNames = [
  "O'Neill",
  'O Neill',
  'O-Neill',
  'van Dam',
  'Dam',
  'Damson',
  'Straße',
  'Neil',
  '',
]
const domains = ['mail.example', 'an.example', 'MÜNCHEN.example', 'mün-dam.example', 'straße.neill']

const crowd = Array.from({ length: 240 }, (_, index) => {
  const pick = (list: readonly string[], step: number) =>
    list[(index * step + (index >> 3)) % list.length] ?? ''
  const username = `${pick(['an', 'ana', 'bob', 'dam', 'o'], 7)}${pick(['.', '_', '-'], 5)}${index}`
  const fullName = `${pick(firstNames, 3)} ${pick(lastNames, 5)}`.trim()
  const domain = pick(domains, 11)
  return {
    username,
    fullName: index % 7 === 0 ? null : fullName,
    // As it is stored: its domain in ASCII.
    email: index % 5 === 0 ? null : `${username}@${new URL(`http://${domain}`).hostname}`,
    spelledEmail: index % 5 === 0 ? null : `${username}@${domain}`,
    role: index % 6 === 0 ? ('admin' as const) : ('user' as const),
    lastSeenAtMs: index % 4 === 0 ? 0 : (index * 7919) % 13,
  }
})
type Person = (typeof crowd)[number]

const fold = (text: string) => text.normalize('NFKC').toLowerCase().normalize('NFKC')

/** From each of its words to its end. */
function tails(text: string): string[] {
  const characters = fold(text)
  return [...characters].flatMap((_, at) => {
    const isBeginning = at === 0 || (isGap(characters[at - 1]) && !isGap(characters[at]))
    return isBeginning ? [characters.slice(at)] : []
  })
}
const isGap = (character = '') => /[\s._@+'’-]/.test(character)

const tailsOf = new Map(
  crowd.map(({ username, fullName, email, spelledEmail }) => [
    username,
    [username, fullName, email, spelledEmail].flatMap((text) => (text === null ? [] : tails(text))),
  ]),
)

/** Every user is read. */
function scan(search: string): Person[] {
  const words = fold(search)
    .split(/\s+/)
    .map((word) => word.replace(/^@/, ''))
    .filter((word) => word !== '')
  return crowd.filter(({ username }) =>
    words.every((word) => tailsOf.get(username)?.some((tail) => tail.startsWith(word))),
  )
}

const placeIn = {
  username: ({ username }: Person) => username,
  role: ({ role }: Person) => role,
  created_at: () => 0,
  last_seen_at: ({ lastSeenAtMs }: Person) => lastSeenAtMs,
}

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** A beginning of one of a user's tails, of one word or more, or now and then anything. */
const typedPart = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.tuple(fc.nat(), fc.nat(), fc.nat(12)).map(([person, tail, length]) => {
      const list = tailsOf.get(crowd[person % crowd.length]?.username ?? '') ?? []
      return (list[tail % list.length] ?? '').slice(0, length + 1).toWellFormed()
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('@', '.', 'neill', 'xn--', '%', '_', "'", 'zz', 'example', '\\'),
  },
)
const typedQuery = fc.record({
  search: fc.array(typedPart, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' ')),
  sort: fc.constantFrom(...userSortKeys),
  order: fc.constantFrom(...sortOrders),
  page: fc.integer({ min: 1, max: 3 }),
  perPage: fc.constantFrom(1, 7, 100),
})

forEachEngine((engine) => {
  const database = shareTestDatabase(engine)
  const clock = createTestClock()

  beforeAll(async () => {
    const password = { hash: 'none', keyId: null }
    const rest = { disabled: false, isDemo: false, password }
    const users = createUsers({ database: database(), clock })
    await users.createAll(crowd.map((person) => ({ ...person, ...rest })))
    for (const { username, lastSeenAtMs } of crowd) {
      await database()
        .kysely.updateTable('users')
        .set({ last_seen_at_ms: lastSeenAtMs })
        .where('username', '=', username)
        .execute()
    }
  })

  test('property: a search finds the same users as a plain scan, counted, in order and page by page', async () => {
    const directory = createUserDirectory({ database: database(), clock })
    await fc.assert(
      fc.asyncProperty(typedQuery, async (query: UserQuery) => {
        const direction = query.order === 'asc' ? 1 : -1
        const expected = scan(query.search)
          .sort((a, b) => {
            const value = placeIn[query.sort]
            return direction * (compare(value(a), value(b)) || compare(a.username, b.username))
          })
          .map(({ username }) => username)
        const start = (query.page - 1) * query.perPage
        const end = start + query.perPage
        const { users, total, nextCursor } = await directory.list(query)
        expect(users.map(({ username }) => username)).toEqual(expected.slice(start, end))
        expect(total).toBe(expected.length)
        expect(nextCursor === null).toBe(expected.length <= end || start >= expected.length)
      }),
      { numRuns: Math.ceil(propertyCases.numRuns / 20) },
    )
  })
})
