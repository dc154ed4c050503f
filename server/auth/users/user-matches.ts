// The users that a search finds, among a million as fast as among ten: one stretch of an index, and
// no more of it.

import type { Database } from '../../db/database.ts'
import { findFew, readFilter, type UserFilter } from './user-filter.ts'
import { collectMatches } from './user-match-collection.ts'
import { readInTurns, readMatches, type Slice } from './user-match-order.ts'
import {
  countKeys,
  findOldKey,
  hasWord,
  mostCandidates,
  selectMatches,
} from './user-match-query.ts'
import { readPhrases, readSearch, type SearchWord } from './user-search.ts'

export interface UserMatches {
  /** More begin with each word than are read: there may be others. */
  isCut: boolean
  /** How many there are, or `most`. */
  countTo(most: number): Promise<number>
  /** The ids of some of them, in their order. */
  read(slice: Slice): Promise<string[]>
  /** Those of these users that have all words, whether they were read or not. */
  keep(ids: readonly string[]): Promise<ReadonlySet<string>>
}

const nobody: UserMatches = {
  isCut: false,
  countTo: async () => 0,
  read: async () => [],
  keep: async () => new Set(),
}

/**
 * Keys. Where a word has fewer, a common one beside it is not counted to the end, and each
 * candidate may be looked up.
 */
const fewKeys = 1_000

/** @returns undefined where no word is given */
export async function findUsers(
  database: Database,
  typed: string,
  filter: UserFilter,
): Promise<UserMatches | undefined> {
  const words = readSearch(typed)
  if (words.length === 0) return undefined
  const [{ rarest, keys }, hasOldKeys, conditions] = await Promise.all([
    findRarest(database, words),
    findOldKey(database),
    readFilter(database, filter),
  ])
  if (keys === 0) return nobody
  const others = words.filter((word) => word !== rarest)
  const query = { others, conditions, isExact: keys < fewKeys, hasOldKeys }
  const isCommon = keys > mostCandidates
  const few = isCommon ? findFew(conditions) : undefined
  if (isCommon && !few && others.length > 0) {
    const ranges = [...readPhrases(typed), rarest.range]
    const { ids, isCut } = await collectMatches(database, ranges, query)
    return {
      isCut,
      countTo: async (most) => Math.min(ids.length, most),
      read: (slice) => readInTurns(database, ids, slice),
      keep,
    }
  }
  const matches = selectMatches(
    database,
    few
      ? { ...query, among: few, others: words, isExact: true }
      : { ...query, among: rarest.range },
  )

  /** The first keys usually hold enough users; where each has many keys, all of them are read. */
  async function countTo(most: number): Promise<number> {
    const some = 2 * most
    const first = await countUsers(matches.limit(some))
    const isEnough = first.users >= most || first.keys < some
    const { users } = isEnough ? first : await countUsers(matches)
    return Math.min(users, most)
  }

  async function countUsers(counted: typeof matches): Promise<{ keys: number; users: number }> {
    const { keys, users } = await database.kysely
      .selectFrom(counted.clearSelect().select('user_id').as('some'))
      .select(({ fn }) => [
        fn.countAll<number>().as('keys'),
        fn.count<number>('user_id').distinct().as('users'),
      ])
      .executeTakeFirstOrThrow()
    return { keys: Number(keys), users: Number(users) }
  }

  async function keep(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const query = { isExact: true, hasOldKeys: true }
    const rows = await database.kysely
      .selectFrom('user_search_keys as candidate')
      .select('user_id')
      .where('user_id', 'in', ids)
      .where(({ and }) => and(words.map((word) => hasWord(database.engine, word, query))))
      .distinct()
      .execute()
    return new Set(rows.map(({ user_id }) => user_id))
  }

  return {
    isCut: isCommon && !few,
    countTo,
    read: (slice) => readMatches(database, matches, slice),
    keep,
  }
}

/** The word with the fewest keys, and how many, counted to one more than are read. */
async function findRarest(
  database: Database,
  words: readonly SearchWord[],
): Promise<{ rarest: SearchWord; keys: number }> {
  const countTo = async (most: number) => {
    const counted = await Promise.all(
      words.map(async (rarest) => ({ rarest, keys: await countKeys(database, rarest, most) })),
    )
    return counted.reduce((least, one) => (one.keys < least.keys ? one : least))
  }
  const first = await countTo(fewKeys)
  return first.keys < fewKeys ? first : countTo(mostCandidates + 1)
}
