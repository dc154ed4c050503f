// The matches of a search in their order, a slice at a time: by the name that each key has, or by their rows.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { type SqlBool, sql } from 'kysely'
import type { SortOrder, UserSortKey } from '../../contract/user-order.ts'
import type { Database } from '../../db/database.ts'
import { isNameAfter, type Matches } from './user-match-query.ts'
import { mostKeys } from './user-search.ts'

export const columnOfKey = {
  username: 'username_key',
  role: 'role',
  created_at: 'created_at_ms',
  last_seen_at: 'last_seen_at_ms',
} as const satisfies Record<UserSortKey, string>

/** A part of a list of users. */
export interface Slice {
  sort: UserSortKey
  order: SortOrder
  after: UserPlace | undefined
  limit: number
  offset: number
}

/** Where a user stands in an order: its sort key, and the username. */
export interface UserPlace {
  value: string | number
  name: string
}

/** Rows that SQLite looks up at once: all other work waits for them. */
const rowsAtOnce = 250

/** @returns the ids of some of them, in their order */
export function readMatches(database: Database, matches: Matches, slice: Slice): Promise<string[]> {
  if (slice.sort === 'username') return readByName(database, matches, slice)
  return database.engine === 'postgres'
    ? readByRow(database, matches, slice)
    : readByRowInTurns(database, matches, slice)
}

/** Of a row of `users`. */
export function isPlaceAfter({ sort, order }: Slice, { value, name }: UserPlace) {
  const direction = sql.raw(order === 'asc' ? '>' : '<')
  return sql<SqlBool>`(${sql.ref(columnOfKey[sort])}, username_key) ${direction} (${value}, ${name})`
}

/**
 * Of the first keys in their order, each user once: sorting them all would take three times as
 * long.
 */
async function readByName(
  { kysely }: Database,
  matches: Matches,
  { order, after, limit, offset }: Slice,
): Promise<string[]> {
  const first = kysely
    .selectFrom(matches.as('match'))
    .selectAll()
    .$if(after !== undefined, (query) =>
      query.where(isNameAfter(sql.ref('name'), after?.name ?? '', order)),
    )
    .orderBy('name', order)
    .limit((offset + limit) * mostKeys)
  const rows = await kysely
    .selectFrom(first.as('first'))
    .select(({ fn }) => fn.min('user_id').as('id'))
    .groupBy('name')
    .orderBy('name', order)
    .limit(limit)
    .offset(offset)
    .execute()
  return rows.map(({ id }) => id)
}

/** Looked up by their names, which stand side by side in an index where ids are strewn. */
async function readByRow({ kysely }: Database, matches: Matches, slice: Slice): Promise<string[]> {
  const { sort, order, after, limit, offset } = slice
  const names = kysely.selectFrom(matches.as('match')).select('name')
  const rows = await kysely
    .selectFrom('users')
    .select('id')
    .where(sql<SqlBool>`username_key = any(array(${names}))`)
    .$if(after !== undefined, (query) => query.where(isPlaceAfter(slice, after as UserPlace)))
    .orderBy(columnOfKey[sort], order)
    .orderBy('username_key', order)
    .limit(limit)
    .offset(offset)
    .execute()
  return rows.map(({ id }) => id)
}

/** Ids come as one text: ten thousand rows would take the loop longer than finding them. */
async function readByRowInTurns(
  database: Database,
  matches: Matches,
  slice: Slice,
): Promise<string[]> {
  const { joined } = await database.kysely
    .selectFrom(matches.as('match'))
    .select(sql<string | null>`group_concat(distinct user_id)`.as('joined'))
    .executeTakeFirstOrThrow()
  return readInTurns(database, joined ? joined.split(',') : [], slice)
}

/** Of these users, a few rows at a time. @returns the ids of the slice, in its order */
export async function readInTurns(
  { kysely }: Database,
  ids: readonly string[],
  { sort, order, after, limit, offset }: Slice,
): Promise<string[]> {
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
  const inOrder = rest.sort(compareInOrder).slice(offset, offset + limit)
  return inOrder.map(({ id }) => id)
}

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
