// The list of users as an admin sees it: searched, sorted, page by page, quick with a million of them.

import type { Kysely, Selectable } from 'kysely'
import type { SortOrder, UserSortKey } from '../contract/user-order.ts'
import type { Clock } from '../db/clock.ts'
import type { Database } from '../db/database.ts'
import type { Tables, UsersTable } from '../db/tables.ts'
import { findLastAdmin } from './last-admin.ts'
import { searchRange } from './user-search.ts'
import { toUserRecord, type UserRecord } from './users.ts'

export interface UserQuery {
  /** Counts from 1. */
  page: number
  perPage: number
  /** The beginning of a word in a name or an e-mail address, in any spelling; '' for everybody. */
  search: string
  sort: UserSortKey
  order: SortOrder
}

export interface ListedUser extends UserRecord {
  /** Live ones. */
  sessionCount: number
  /** Nobody else could make another admin. */
  isLastAdmin: boolean
}

export interface UserDirectory {
  /** `total` counts all that the search finds. */
  list(query: UserQuery): Promise<{ users: ListedUser[]; total: number }>
  /** All that the search finds, by user name: a page at a time, however many there are. */
  everyone(search: string): AsyncGenerator<ListedUser[]>
  count(): Promise<number>
}

const columnOfKey = {
  username: 'username_key',
  role: 'role',
  created_at: 'created_at_ms',
  last_seen_at: 'last_seen_at_ms',
} as const satisfies Record<UserSortKey, string>

/** Of what is read to the end. */
const pageSize = 500

interface UserDirectoryParts {
  database: Database
  clock: Clock
}

export function createUserDirectory({
  database: { kysely },
  clock,
}: UserDirectoryParts): UserDirectory {
  async function countSessions(userIds: readonly string[]): Promise<Map<string, number>> {
    if (userIds.length === 0) return new Map()
    const nowMs = clock.now()
    const rows = await kysely
      .selectFrom('sessions')
      .select(({ fn }) => ['user_id', fn.countAll<number>().as('count')])
      .where('user_id', 'in', userIds)
      .where('revoked_at_ms', 'is', null)
      .where('idle_expires_at_ms', '>', nowMs)
      .where('expires_at_ms', '>', nowMs)
      .groupBy('user_id')
      .execute()
    return new Map(rows.map((row) => [row.user_id, Number(row.count)]))
  }

  async function describe(rows: readonly Selectable<UsersTable>[], lastAdminId?: string) {
    const sessionCounts = await countSessions(rows.map(({ id }) => id))
    return rows.map((row) => ({
      ...toUserRecord(row),
      sessionCount: sessionCounts.get(row.id) ?? 0,
      isLastAdmin: row.id === lastAdminId,
    }))
  }

  return {
    async list({ page, perPage, search, sort, order }) {
      const everybody = kysely.selectFrom('users')
      const matches = selectMatches(kysely, search)
      const found = matches ? everybody.where('id', 'in', matches.select('user_id')) : everybody
      // An index alone finds the place in the list; rows are read of those only who stand there.
      const there = found
        .select('username_key')
        .orderBy(columnOfKey[sort], order)
        .orderBy('username_key', order)
        .limit(perPage)
        .offset((page - 1) * perPage)
      const counted =
        matches?.select(({ fn }) => fn.count<number>('user_id').distinct().as('total')) ??
        everybody.select(({ fn }) => fn.countAll<number>().as('total'))
      const [rows, { total }, lastAdminId] = await Promise.all([
        everybody
          .selectAll()
          .where('username_key', 'in', there)
          .orderBy(columnOfKey[sort], order)
          .orderBy('username_key', order)
          .execute(),
        counted.executeTakeFirstOrThrow(),
        findLastAdmin(kysely),
      ])
      return { users: await describe(rows, lastAdminId), total: Number(total) }
    },

    async count() {
      const { total } = await kysely
        .selectFrom('users')
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      return Number(total)
    },

    async *everyone(search) {
      const everybody = kysely.selectFrom('users').selectAll()
      const matches = selectMatches(kysely, search)
      const found = matches ? everybody.where('id', 'in', matches.select('user_id')) : everybody
      const lastAdminId = await findLastAdmin(kysely)
      let lastKey = ''
      for (;;) {
        const rows = await found
          .where('username_key', '>', lastKey)
          .orderBy('username_key')
          .limit(pageSize)
          .execute()
        const last = rows.at(-1)
        if (!last) return
        yield describe(rows, lastAdminId)
        lastKey = last.username_key
      }
    },
  }
}

/** The keys that are found, a user's perhaps more than once; undefined where everybody is meant. */
function selectMatches(kysely: Kysely<Tables>, search: string) {
  const range = searchRange(search)
  return (
    range &&
    kysely.selectFrom('user_search_keys').where('key', '>=', range.from).where('key', '<', range.to)
  )
}
