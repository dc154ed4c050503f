// The user's data in one piece, from all the pages that it comes in.

import type { DataExport } from '../../../server/contract/data-export.ts'

/** Each list continues in the next page, an app's own too. */
export async function gatherExport(
  readPage: (cursor?: string) => Promise<DataExport>,
): Promise<Omit<DataExport, 'next_cursor'>> {
  const { next_cursor, ...data } = await readPage()
  const whole: Record<string, unknown> = data
  for (let cursor = next_cursor; cursor !== null; ) {
    const page = await readPage(cursor)
    for (const [name, rows] of Object.entries(page)) {
      const list = whole[name]
      if (Array.isArray(list) && Array.isArray(rows)) list.push(...rows)
    }
    cursor = page.next_cursor
  }
  return data
}
