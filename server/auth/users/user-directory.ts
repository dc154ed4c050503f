// The list of users as an admin sees it: searched, sorted, page by page, quick with a million of them.

import type { Selectable } from 'kysely'
import { AppError } from '../../contract/app-error.ts'
import { userCursorPattern } from '../../contract/paging.ts'
import {
  type SortOrder,
  type UserSortKey,
  usersCountedTo,
  usersPagedTo,
} from '../../contract/user-order.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { whereLive } from '../../db/live-sessions.ts'
import { refuseCursor } from '../../db/read-page.ts'
import type { UsersTable } from '../../db/tables.ts'
import { findLastAdmin } from './last-admin.ts'
import { readFilter, selectMeeting, type UserFilter } from './user-filter.ts'
import { columnOfKey, isPlaceAfter, type Slice, type UserPlace } from './user-match-order.ts'
import { findUsers } from './user-matches.ts'
import { toUserRecord, type UserRecord } from './users.ts'

export interface UserQuery extends UserFilter {
  /** Counts from 1. Ignored where there is a cursor. */
  page: number
  perPage: number
  /** The `nextCursor` of the page before, in the same search and order. */
  cursor?: string | undefined
  /** The beginnings of words in a name or an email address, in any spelling; '' for all users. */
  search: string
  sort: UserSortKey
  order: SortOrder
}

export interface ListedUser extends UserRecord {
  /** Live ones. */
  sessionCount: number
  /** No one else could make another admin. */
  isLastAdmin: boolean
}

export interface UserPage {
  users: ListedUser[]
  /** All matches of the search, counted to `usersCountedTo`. */
  total: number
  hasMoreThanTotal: boolean
  /** Too many words begin with what was typed: there may be others than these. */
  isCut: boolean
  /** null on the last page. */
  nextCursor: string | null
}

export interface UserDirectory {
  /**
   * @throws AppError invalid_input where the page lies too far, or the cursor is not of this order
   */
  list(query: UserQuery): Promise<UserPage>
  /** All matches of the search, by username: a page at a time, however many there are. */
  everyone(search: string, filter?: UserFilter): AsyncGenerator<ListedUser[]>
  /** One user, as the list has them. */
  find(id: string): Promise<ListedUser | undefined>
  count(): Promise<number>
}

/** Where the list is read to the end. */
const pageSize = 500

interface UserDirectoryDeps {
  database: Database
  clock: Clock
}

export function createUserDirectory({ database, clock }: UserDirectoryDeps): UserDirectory {
  const { kysely } = database

  async function countSessions(userIds: readonly string[]): Promise<Map<string, number>> {
    if (userIds.length === 0) return new Map()
    const rows = await whereLive(kysely.selectFrom('sessions'), clock.now())
      .select(({ fn }) => ['user_id', fn.countAll<number>().as('count')])
      .where('user_id', 'in', userIds)
      .groupBy('user_id')
      .execute()
    return new Map(rows.map((row) => [row.user_id, Number(row.count)]))
  }

  async function describe(rows: readonly UserRow[], lastAdminId?: string) {
    const sessionCounts = await countSessions(rows.map(({ id }) => id))
    return rows.map((row) => ({
      ...toUserRecord(row),
      sessionCount: sessionCounts.get(row.id) ?? 0,
      isLastAdmin: row.id === lastAdminId,
    }))
  }

  /** Without a filter an index alone finds the place in the list; rows are read for those shown. */
  async function readEverybody(slice: Slice, filter: UserFilter): Promise<Found> {
    const { sort, order, after, limit, offset } = slice
    const column = columnOfKey[sort]
    const conditions = await readFilter(database, filter)
    const there = selectMeeting(database, conditions, sort === 'username')
      .select('username_key')
      .$if(after !== undefined, (query) => query.where(isPlaceAfter(slice, after as UserPlace)))
      .orderBy(column, order)
      .orderBy('username_key', order)
      .limit(limit)
      .offset(offset)
    const some = selectMeeting(database, conditions, true)
      .select('username_key')
      .limit(usersCountedTo + 1)
    const [rows, { total }] = await Promise.all([
      kysely
        .selectFrom('users')
        .selectAll()
        .where('username_key', 'in', there)
        .orderBy(column, order)
        .orderBy('username_key', order)
        .execute(),
      kysely
        .selectFrom(some.as('some'))
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow(),
    ])
    return { rows, total: Number(total), isCut: false }
  }

  async function readMatches(
    search: string,
    slice: Slice,
    filter: UserFilter,
  ): Promise<Found | undefined> {
    const matches = await findUsers(database, search, filter)
    if (!matches) return undefined
    const [total, rows] = await Promise.all([
      matches.countTo(usersCountedTo + 1),
      matches.read(slice).then(readRows),
    ])
    return { rows, total, isCut: matches.isCut }
  }

  /** In the order of the ids. */
  async function readRows(ids: readonly string[]): Promise<UserRow[]> {
    if (ids.length === 0) return []
    const rows = await kysely.selectFrom('users').selectAll().where('id', 'in', ids).execute()
    const byId = new Map(rows.map((row) => [row.id, row]))
    return ids.flatMap((id) => byId.get(id) ?? [])
  }

  /** By username. */
  async function* readAll(filter: UserFilter): AsyncGenerator<UserRow[]> {
    const conditions = await readFilter(database, filter)
    let lastKey = ''
    for (;;) {
      const rows = await selectMeeting(database, conditions, true)
        .selectAll()
        .where('username_key', '>', lastKey)
        .orderBy('username_key')
        .limit(pageSize)
        .execute()
      const last = rows.at(-1)
      if (!last) return
      yield rows
      lastKey = last.username_key
    }
  }

  /** Where too many match to be sorted, all users are read, in the existing order. */
  async function* readAllMatches(search: string, filter: UserFilter): AsyncGenerator<UserRow[]> {
    const matches = await findUsers(database, search, filter)
    if (!matches) return yield* readAll(filter)
    if (matches.isCut) {
      for await (const rows of readAll(filter)) {
        const ids = await matches.keep(rows.map(({ id }) => id))
        const kept = rows.filter(({ id }) => ids.has(id))
        if (kept.length > 0) yield kept
      }
      return
    }
    let after: UserPlace | undefined
    for (;;) {
      const slice = { sort: 'username', order: 'asc', after, limit: pageSize, offset: 0 } as const
      const rows = await readRows(await matches.read(slice))
      const last = rows.at(-1)
      if (!last) return
      yield rows
      after = placeOf(last, 'username')
    }
  }

  return {
    async list({ page, perPage, cursor, search, sort, order, role, state }) {
      const filter = { role, state }
      const after = cursor === undefined ? undefined : readCursor(cursor, sort)
      const offset = after ? 0 : (page - 1) * perPage
      if (offset + perPage > usersPagedTo) throw refusePage()
      // One more than asked for shows whether there is a next page.
      const slice = { sort, order, after, limit: perPage + 1, offset }
      const [found, lastAdminId] = await Promise.all([
        readMatches(search, slice, filter).then((found) => found ?? readEverybody(slice, filter)),
        findLastAdmin(kysely),
      ])
      const rows = found.rows.slice(0, perPage)
      const last = rows.at(-1)
      const hasNext = last !== undefined && found.rows.length > perPage
      return {
        users: await describe(rows, lastAdminId),
        total: Math.min(found.total, usersCountedTo),
        hasMoreThanTotal: found.total > usersCountedTo,
        isCut: found.isCut,
        nextCursor: hasNext ? writeCursor(placeOf(last, sort)) : null,
      }
    },

    async find(id) {
      const [rows, lastAdminId] = await Promise.all([readRows([id]), findLastAdmin(kysely)])
      const present = rows.filter(({ deleted_at_ms }) => deleted_at_ms === null)
      return (await describe(present, lastAdminId))[0]
    },

    async count() {
      const { total } = await kysely
        .selectFrom('users')
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      return Number(total)
    },

    async *everyone(search, filter = {}) {
      const lastAdminId = await findLastAdmin(kysely)
      for await (const rows of readAllMatches(search, filter)) yield describe(rows, lastAdminId)
    },
  }
}

type UserRow = Selectable<UsersTable>

interface Found {
  rows: UserRow[]
  total: number
  isCut: boolean
}

function placeOf(row: UserRow, sort: UserSortKey): UserPlace {
  return { value: row[columnOfKey[sort]], name: row.username_key }
}

/** A name has no colon: what stands before it is the other sort key. */
function writeCursor({ value, name }: UserPlace): string {
  return `${value === name ? '' : value}:${name}`
}

const cursorSyntax = new RegExp(userCursorPattern)

function readCursor(cursor: string, sort: UserSortKey): UserPlace {
  const [, value = '', name] = cursorSyntax.exec(cursor) ?? []
  const isTime = /^\d/.test(value)
  const fits = {
    username: value === '',
    role: value !== '' && !isTime,
    created_at: isTime,
    last_seen_at: isTime,
  }
  if (name === undefined || !fits[sort]) throw refuseCursor()
  return { value: isTime ? Number(value) : value || name, name }
}

function refusePage(): AppError {
  const message = `must lie within the first ${usersPagedTo.toLocaleString('en')} users: search, or go on with next_cursor`
  return new AppError('invalid_input', `page ${message}`, { fields: [{ path: 'page', message }] })
}
