// The parts of a search's statements: a stretch of the index, and the conditions on each key in it.

import { type Expression, type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { SortOrder } from '../../contract/user-order.ts'
import type { Database, Engine } from '../../db/database.ts'
import type { Tables } from '../../db/tables.ts'
import { type Condition, userMeets } from './user-filter.ts'
import {
  isOldKey,
  type KeyRange,
  keySeparator,
  nameInKey,
  placeInKey,
  type SearchWord,
} from './user-search.ts'

/** Keys that one statement reads at most. */
export const mostCandidates = 10_000

/** Which keys are read, and the conditions on each. */
export interface MatchQuery extends WordQuery {
  /** These, or those of the users whom this finds by their ids, … */
  among: KeyRange | RawBuilder<unknown>
  /** … of users that have these words too, … */
  others: readonly SearchWord[]
  /** … and meet these. */
  conditions: readonly Condition[]
}

interface WordQuery {
  /** `o'neill` does not find `O Neill`: a look-up for each candidate. */
  isExact: boolean
  /** There may be keys without a name and words in them, for which the tables are read. */
  hasOldKeys: boolean
}

/** @returns how many keys begin with the word, or `most` */
export async function countKeys(
  { kysely }: Database,
  { range }: SearchWord,
  most: number,
): Promise<number> {
  const { count } = await kysely
    .selectFrom(selectKeys(kysely, range, most).as('keys'))
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** As there are right after an update, and beside an older node. */
export async function findOldKey({ kysely, engine }: Database): Promise<boolean> {
  const rows = await kysely
    .selectFrom('user_search_keys')
    .select('user_id')
    .where(isOldKey(engine))
    .limit(1)
    .execute()
  return rows.length > 0
}

/** A user as often as keys are found, each time with the name that the key has. */
export function selectMatches(
  { engine, kysely }: Database,
  { among, others, conditions, ...query }: MatchQuery,
) {
  const candidates =
    'from' in among
      ? selectKeys(kysely, among, mostCandidates)
      : kysely
          .selectFrom('user_search_keys')
          .select(['key', 'user_id'])
          .where(sql<SqlBool>`user_id in (${among})`)
  return kysely
    .selectFrom(candidates.as('candidate'))
    .select('user_id')
    .select((query.hasOldKeys ? nameAnyway(engine) : nameInKey(engine)).as('name'))
    .where(({ and }) => and(others.map((word) => hasWord(engine, word, query))))
    .where(({ and }) => and(conditions.map(userMeets)))
}

export type Matches = ReturnType<typeof selectMatches>

/** @returns the key after the first `mostCandidates` of them; undefined where there are no more */
export async function findEnd(
  { kysely }: Database,
  { from, to }: KeyRange,
): Promise<string | undefined> {
  const row = await kysely
    .selectFrom('user_search_keys')
    .select('key')
    .where('key', '>=', from)
    .where('key', '<', to)
    .orderBy('key')
    .limit(1)
    .offset(mostCandidates)
    .executeTakeFirst()
  return row?.key
}

/** Whether a name in a key comes after this one, alone or with what follows it there. */
export function isNameAfter(name: Expression<string>, after: string, order: SortOrder) {
  return order === 'asc'
    ? sql<SqlBool>`${name} > ${`${after}${keySeparator}\u{10FFFF}`}`
    : sql<SqlBool>`${name} < ${after}`
}

/** For a key, whether its user has the word. */
export function hasWord(engine: Engine, word: SearchWord, { isExact, hasOldKeys }: WordQuery) {
  const hasMark = sql<SqlBool>`${placeInKey(engine, word.mark)} > 0`
  const has =
    isExact && word.hasSeparator ? sql<SqlBool>`(${hasMark} and ${hasKey(word)})` : hasMark
  return hasOldKeys ? sql<SqlBool>`(${has} or (${isOldKey(engine)} and ${hasKey(word)}))` : has
}

/**
 * By the index of `user_id`. Not `exists`, which PostgreSQL would answer from a list of all users
 * with the word: a million.
 */
function hasKey({ range: { from, to } }: SearchWord): RawBuilder<SqlBool> {
  return sql`(select 1 from user_search_keys as other where other.user_id = candidate.user_id
    and other.key >= ${from} and other.key < ${to} limit 1) = 1`
}

function nameAnyway(engine: Engine): RawBuilder<string> {
  return sql`case when ${isOldKey(engine)}
    then (select username_key from users where users.id = candidate.user_id)
    else ${nameInKey(engine)} end`
}

function selectKeys(kysely: Kysely<Tables>, { from, to }: KeyRange, limit: number) {
  return kysely
    .selectFrom('user_search_keys')
    .select(['key', 'user_id'])
    .where('key', '>=', from)
    .where('key', '<', to)
    .orderBy('key')
    .orderBy('user_id')
    .limit(limit)
}
