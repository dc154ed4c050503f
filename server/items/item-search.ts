// Searching one user's items: all words of the search, in any order, anywhere in title or description.

import type { Item, ItemPage } from '../contract/items/items.ts'
import type { PageRequest } from '../contract/paging.ts'
import type { Page } from '../db/read-page.ts'

/**
 * Of one call: it reads the newest of the list by its index, however large that is, and its cursor
 * says where the next call goes on. So a page may have fewer items than asked for, or none.
 */
const searchedMax = 2_000
const searchedAtOnce = 500

export async function searchItems(
  read: (page: PageRequest) => Promise<Page<Item>>,
  search: string,
  { limit, cursor }: PageRequest,
): Promise<ItemPage> {
  const words = fold(search).split(/\s+/).filter(Boolean)
  const items: Item[] = []
  let next = cursor ?? null
  for (let searched = 0; searched < searchedMax; searched += searchedAtOnce) {
    const { rows, next_cursor } = await read({ limit: searchedAtOnce, cursor: next ?? undefined })
    for (const item of rows) {
      const text = fold(`${item.title}\n${item.description}`)
      if (!words.every((word) => text.includes(word))) continue
      items.push(item)
      if (items.length < limit) continue
      return { items, next_cursor: item === rows.at(-1) ? next_cursor : cursorAfter(item) }
    }
    next = next_cursor
    if (next === null) break
  }
  return { items, next_cursor: next }
}

/** One form for letters that people take for the same. */
function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

function cursorAfter({ created_at, id }: Item): string {
  return `${Date.parse(created_at)}.${id}`
}
