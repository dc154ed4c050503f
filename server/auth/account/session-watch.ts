// Watchers of a user's sessions hear that they have changed, whichever process changed them.

import { sql } from 'kysely'
import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import { createWatch, type Watch } from '../../db/changes/watch.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { whereLive } from '../../db/live-sessions.ts'
import type { ListedSession, ReadSessionList, SessionList } from './session-list.ts'

/**
 * By the user's id: their live sessions. One that has stayed the same is the same object as in the list
 * before.
 */
export type SessionWatch = Watch<SessionList>

interface SessionWatchDeps {
  database: Database
  clock: Clock
  feed: ChangeFeed
  readList: ReadSessionList
  onError: (error: unknown) => void
  /** In milliseconds; `performance.now` by default. Replaced by tests. */
  monotonicNow?: () => number
}

export function createSessionWatch({
  database: { kysely },
  clock,
  readList,
  ...deps
}: SessionWatchDeps): SessionWatch {
  /**
   * Values of which at least one changes where a session began, ended, was refreshed or confirmed.
   */
  async function readFacts(userIds: string[]) {
    const rows = await whereLive(kysely.selectFrom('sessions'), clock.now())
      .select(['user_id', sql<number>`max(created_at_ms)`.as('newest')])
      .select(({ fn }) => [
        fn.countAll<number>().as('count'),
        fn.sum<number>('counter').as('refreshes'),
        fn.sum<number>('is_new_device').as('unconfirmed'),
      ])
      .where('user_id', 'in', userIds)
      .groupBy('user_id')
      .execute()
    return rows.map(({ user_id, ...facts }) => [user_id, facts] as const)
  }

  return createWatch({
    ...deps,
    readFacts,
    read: async (userId, before) => keepUnchanged(before, await readList(userId)),
  })
}

/**
 * So that every stream finds what has changed without comparing fields: where nothing has,
 * `before`.
 */
function keepUnchanged(before: SessionList | undefined, next: SessionList): SessionList {
  const known = new Map(before?.sessions.map((session) => [session.id, session]))
  const sessions = next.sessions.map((session) => {
    const same = known.get(session.id)
    return same && isSame(same, session) ? same : session
  })
  const isUnchanged =
    before?.total === next.total &&
    before.sessions.length === sessions.length &&
    before.sessions.every((session, index) => session === sessions[index])
  return isUnchanged ? before : { ...next, sessions }
}

/** By what can change while a session lives. */
function isSame(one: ListedSession, other: ListedSession): boolean {
  return (
    one.lastUsedAtMs === other.lastUsedAtMs &&
    one.expiresAtMs === other.expiresAtMs &&
    one.isNewDevice === other.isNewDevice &&
    one.clientName === other.clientName
  )
}
