// The cached list, page by page, with one item added, changed or removed.

import type { InfiniteData } from '@tanstack/react-query'
import type { Item, ItemPage } from '../../../server/contract/items/items.ts'

export type ItemPages = InfiniteData<ItemPage, string | null>

export function addItem(pages: ItemPages | undefined, item: Item): ItemPages | undefined {
  return mapPages(pages, (items, index) => (index === 0 ? [item, ...items] : items))
}

export function replaceItem(pages: ItemPages | undefined, item: Item): ItemPages | undefined {
  return mapPages(pages, (items) => items.map((old) => (old.id === item.id ? item : old)))
}

export function removeItem(pages: ItemPages | undefined, id: string): ItemPages | undefined {
  return mapPages(pages, (items) => items.filter((item) => item.id !== id))
}

/** Back to its place: the newest stand first. */
export function restoreItem(pages: ItemPages | undefined, item: Item): ItemPages | undefined {
  const isOlder = (other: Item) => other.created_at < item.created_at
  let isPlaced = false
  return mapPages(pages, (items, index, count) => {
    const place = items.findIndex(isOlder)
    if (isPlaced || (place < 0 && index < count - 1)) return items
    isPlaced = true
    return place < 0 ? [...items, item] : items.toSpliced(place, 0, item)
  })
}

function mapPages(
  data: ItemPages | undefined,
  change: (items: Item[], index: number, count: number) => Item[],
): ItemPages | undefined {
  return (
    data && {
      ...data,
      pages: data.pages.map((page, index) => ({
        ...page,
        items: change(page.items, index, data.pages.length),
      })),
    }
  )
}
