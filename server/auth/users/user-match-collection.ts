// Users with several common words: read stretch by stretch, until enough are found.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { usersCountedTo } from '../../contract/user-order.ts'
import type { Database } from '../../db/database.ts'
import { findEnd, type MatchQuery, selectMatches } from './user-match-query.ts'
import type { KeyRange } from './user-search.ts'

/** Of the last range. Each is a statement of some milliseconds. */
const mostStretches = 20

export interface Collection {
  ids: readonly string[]
  /** There may be others. */
  isCut: boolean
}

/**
 * One more than a list is counted to, so that which users there are depends on no page.
 * @param ranges of the last one all stretches are read, and of the others the first
 */
export async function collectMatches(
  database: Database,
  ranges: readonly KeyRange[],
  query: Omit<MatchQuery, 'among'>,
): Promise<Collection> {
  const most = usersCountedTo + 1
  const found = new Set<string>()

  async function collect(among: KeyRange): Promise<void> {
    const rows = await selectMatches(database, { ...query, among })
      .clearSelect()
      .select('user_id')
      .distinct()
      .limit(most)
      .execute()
    for (const { user_id } of rows) if (found.size < most) found.add(user_id)
    await nextTurn()
  }

  for (const range of ranges.slice(0, -1)) await collect(range)
  let rest = ranges.at(-1)
  for (let stretch = 0; rest && found.size < most; stretch++) {
    if (stretch === mostStretches) return { ids: [...found], isCut: true }
    const end = await findEnd(database, rest)
    // Keys of an older form can be alike: an endless stretch.
    if (end === rest.from) return { ids: [...found], isCut: true }
    await collect(end === undefined ? rest : { from: rest.from, to: end })
    rest = end === undefined ? undefined : { from: end, to: rest.to }
  }
  return { ids: [...found], isCut: rest !== undefined }
}
