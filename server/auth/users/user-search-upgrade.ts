// Search keys of an older form are written anew: those from before the update, and those that older
// nodes write.

import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import type { PurgedRows } from '../../db/changes/followers.ts'
import type { Database } from '../../db/database.ts'
import { runInBatches } from '../../db/writes/batches.ts'
import { RequiredWriteError, required } from '../../db/writes/required-write.ts'
import { isOldKey, replaceSearchKeys, type SearchableUser } from './user-search.ts'

interface SearchUpgradeDeps {
  database: Database
  feed: Pick<ChangeFeed, 'follow'>
  /** A start goes on meanwhile. */
  serving: boolean
}

/**
 * Done beside everything else, from the start on and once a minute. An index holds only the old
 * keys, so that a check which finds none costs nothing. Until then a search finds them in another
 * way.
 */
export function upgradeSearchKeys({ database, feed, serving }: SearchUpgradeDeps): void {
  const { kysely } = database

  async function upgrade(): Promise<PurgedRows> {
    await runInBatches(upgradeSome)
    return {}
  }

  async function upgradeSome(size: number): Promise<number> {
    const old = kysely
      .selectFrom('user_search_keys')
      .select('user_id')
      .where(isOldKey(database.engine))
      .distinct()
      .orderBy('user_id')
      .limit(size)
    const users = await kysely
      .selectFrom('users')
      .select(['id', 'username', 'email', 'full_name as fullName'])
      .where('id', 'in', old)
      .orderBy('id')
      .execute()
    try {
      await database.runAtomically(users.flatMap(rewrite))
    } catch (error) {
      if (!(error instanceof RequiredWriteError)) throw error
      // One of them was renamed or deleted meanwhile, which the next check sees.
      return 0
    }
    return users.length
  }

  function rewrite(user: SearchableUser) {
    const isAsRead = kysely
      .updateTable('users')
      .set(({ ref }) => ({ updated_at_ms: ref('updated_at_ms') }))
      .where('id', '=', user.id)
      .where('full_name', 'is not distinct from', user.fullName)
      .where('email', 'is not distinct from', user.email)
    return [required(isAsRead), ...replaceSearchKeys(kysely, user)]
  }

  feed.follow({ purge: upgrade })
  // A failure is tried again in a minute.
  if (serving) void upgrade().catch(() => {})
}
