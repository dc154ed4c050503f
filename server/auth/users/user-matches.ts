// Who a search finds, among a million as fast as among ten: one stretch of an index, and no more of it.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { SortOrder, UserSortKey } from '../../contract/user-order.ts'
import type { Database, Engine } from '../../db/database.ts'
import {
  isOldKey,
  type KeyRange,
  keySeparator,
  mostKeys,
  placeInKey,
  readPhrases,
  readSearch,
  type SearchWord,
} from './user-search.ts'

/** Keys. What more of them begin with what was typed has to be narrowed. */
export const mostCandidates = 10_000

export const columnOfKey = {
  username: 'username_key',
  role: 'role',
  created_at: 'created_at_ms',
  last_seen_at: 'last_seen_at_ms',
} as const satisfies Record<UserSortKey, string>

export interface UserMatches {
  /** More begin with each word than are looked at: there may be others. */
  isCut: boolean
  /** How many there are, or `most`. */
  countTo(most: number): Promise<number>
  /** The ids of some of them, in their order. */
  read(slice: Slice): Promise<string[]>
  /** Those of these users that have all words, whether they were looked at or not. */
  keep(ids: readonly string[]): Promise<ReadonlySet<string>>
}

/** A part of a list of users. */
export interface Slice {
  sort: UserSortKey
  order: SortOrder
  after: UserPlace | undefined
  limit: number
  offset: number
}

/** Where a user stands in an order: what it is by, and the user name. */
export interface UserPlace {
  value: string | number
  name: string
}

/** Rows that are looked up by their ids at once: on SQLite everybody else waits for them. */
const rowsAtOnce = 250

/** @returns undefined where everybody is meant */
export async function findUsers(
  database: Database,
  typed: string,
): Promise<UserMatches | undefined> {
  const words = readSearch(typed)
  if (words.length === 0) return undefined
  const { kysely } = database
  const [rarest, isCut] = await findRarest(database, words)
  const phrases = isCut && words.length > 1 ? readPhrases(typed) : []
  const ranges = [...phrases, rarest.range]
  const others = words.filter((word) => word !== rarest)
  const matches = selectMatches(database, ranges, others)

  /** Of the first keys in their order, each user once: sorting them all would take three times as long. */
  async function readByName({ order, after, limit, offset }: Slice): Promise<string[]> {
    const first = matches
      .$if(after !== undefined, (query) => query.where(isAfter(database, after?.name ?? '', order)))
      .orderBy('rest', order)
      .limit((offset + limit) * mostKeys)
    const rows = await kysely
      .selectFrom(first.as('first'))
      .select(({ fn }) => fn.min('user_id').as('id'))
      .groupBy('rest')
      .orderBy('rest', order)
      .limit(limit)
      .offset(offset)
      .execute()
    return rows.map(({ id }) => id)
  }

  /** By what no key holds. */
  async function readByColumn({ sort, order, after, limit, offset }: Slice): Promise<string[]> {
    const { joined } = await kysely
      .selectFrom(matches.as('match'))
      .select(joinIds(database.engine).as('joined'))
      .executeTakeFirstOrThrow()
    const ids = joined ? joined.split(',') : []
    const column = columnOfKey[sort]
    const rows: (UserPlace & { id: string })[] = []
    for (let start = 0; start < ids.length; start += rowsAtOnce) {
      const some = await kysely
        .selectFrom('users')
        .select(['id', 'username_key as name', `${column} as value`])
        .where('id', 'in', ids.slice(start, start + rowsAtOnce))
        .execute()
      rows.push(...some)
      await nextTurn()
    }
    const direction = order === 'asc' ? 1 : -1
    const compareInOrder = (a: UserPlace, b: UserPlace) =>
      direction * (compare(a.value, b.value) || compare(a.name, b.name))
    const rest = after ? rows.filter((row) => compareInOrder(row, after) > 0) : rows
    const slice = rest.sort(compareInOrder).slice(offset, offset + limit)
    return slice.map(({ id }) => id)
  }

  async function countTo(most: number): Promise<number> {
    const { count } = await kysely
      .selectFrom(matches.clearSelect().select('user_id').distinct().limit(most).as('some'))
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  async function keep(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await kysely
      .selectFrom('user_search_keys as candidate')
      .select('user_id')
      .where('user_id', 'in', ids)
      .where(({ and }) => and(words.map((word) => hasWord(database, word))))
      .distinct()
      .execute()
    return new Set(rows.map(({ user_id }) => user_id))
  }

  return {
    isCut,
    countTo,
    read: (slice) => (slice.sort === 'username' ? readByName : readByColumn)(slice),
    keep,
  }
}

/** The word with the fewest keys, and whether even those are too many. */
async function findRarest(
  { kysely }: Database,
  words: readonly SearchWord[],
): Promise<[word: SearchWord, isCut: boolean]> {
  const counted = await Promise.all(
    words.map(async (word) => {
      const keys = selectKeys(kysely, word.range, mostCandidates + 1)
      const { count } = await kysely
        .selectFrom(keys.as('keys'))
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      return { word, count: Number(count) }
    }),
  )
  const { word, count } = counted.reduce((least, one) => (one.count < least.count ? one : least))
  return [word, count > mostCandidates]
}

function selectKeys(kysely: Database['kysely'], { from, to }: KeyRange, limit: number) {
  return kysely
    .selectFrom('user_search_keys')
    .select(['key', 'user_id'])
    .where('key', '>=', from)
    .where('key', '<', to)
    .orderBy('key')
    .orderBy('user_id')
    .limit(limit)
}

/** A user as often as keys are found, with the rest of each, which begins with the user name. */
function selectMatches(
  database: Database,
  ranges: readonly KeyRange[],
  others: readonly SearchWord[],
) {
  const { kysely } = database
  const most = Math.floor(mostCandidates / ranges.length)
  const [first, ...more] = ranges.map((range) =>
    kysely.selectFrom(selectKeys(kysely, range, most).as('keys')).selectAll(),
  )
  if (!first) throw new Error('a search has a word')
  const candidates = more.reduce((all, one) => all.unionAll(one), first)
  return kysely
    .selectFrom(candidates.as('candidate'))
    .select('user_id')
    .select(restOfKey(database).as('rest'))
    .where(({ and }) => and(others.map((word) => hasWord(database, word))))
}

const candidateId = sql.ref<string>('candidate.user_id')

/** Old keys have no rest: the user name is looked up. */
function restOfKey({ engine, kysely }: Database): RawBuilder<string> {
  const end = placeInKey(engine, keySeparator)
  const username = kysely
    .selectFrom('users')
    .select('username_key')
    .where('users.id', '=', candidateId)
  return sql`case when ${end} > 0 then substr(key, ${end} + 1)
    else ${username} || ${keySeparator} end`
}

function hasWord({ engine, kysely }: Database, { mark, range }: SearchWord) {
  const ofTheSame = selectKeys(kysely, range, 1).where('user_id', '=', candidateId)
  return sql<SqlBool>`(${placeInKey(engine, mark)} > 0
    or (${isOldKey(engine)} and exists ${ofTheSame}))`
}

/** The rest of a key begins with the user name and a separator. */
function isAfter(database: Database, name: string, order: SortOrder) {
  const rest = restOfKey(database)
  return order === 'asc'
    ? sql<SqlBool>`${rest} > ${`${name}${keySeparator}\u{10FFFF}`}`
    : sql<SqlBool>`${rest} < ${name + keySeparator}`
}

/** As one text: ten thousand rows would take the loop longer than finding them. */
function joinIds(engine: Engine): RawBuilder<string | null> {
  return engine === 'postgres'
    ? sql`string_agg(distinct user_id, ',')`
    : sql`group_concat(distinct user_id)`
}

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
