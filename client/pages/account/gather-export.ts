// All pages of one's data, as one.

import type { DataExport } from '../../../server/contract/data-export.ts'

export async function gatherExport(
  readPage: (cursor?: string) => Promise<DataExport>,
): Promise<Omit<DataExport, 'next_cursor'>> {
  const { next_cursor, ...first } = await readPage()
  const pages: Pick<DataExport, 'sessions' | 'devices' | 'activity' | 'items'>[] = [first]
  for (let cursor = next_cursor; cursor !== null; ) {
    const page = await readPage(cursor)
    pages.push(page)
    cursor = page.next_cursor
  }
  return {
    ...first,
    sessions: pages.flatMap(({ sessions }) => sessions),
    devices: pages.flatMap(({ devices }) => devices),
    activity: pages.flatMap(({ activity }) => activity),
    items: pages.flatMap(({ items }) => items),
  }
}
