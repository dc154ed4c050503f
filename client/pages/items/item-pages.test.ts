// The cached list: an item is added, changed or removed, and nothing else changes.

import { describe, expect, it } from 'vitest'
import type { Item } from '../../../server/contract/items/items.ts'
import { addItem, type ItemPages, removeItem, replaceItem, restoreItem } from './item-pages.ts'

const pages: ItemPages = {
  pages: [
    { items: [item('d'), item('c')], next_cursor: 'c' },
    { items: [item('b'), item('a')], next_cursor: null },
  ],
  pageParams: [null, 'c'],
}

describe('the cached pages', () => {
  it('get a new item at the top of the first page', () => {
    expect(titles(addItem(pages, item('e')))).toEqual([
      ['e', 'd', 'c'],
      ['b', 'a'],
    ])
  })

  it('get a changed item where the old one stood', () => {
    const changed = { ...item('b'), title: 'B' }
    expect(titles(replaceItem(pages, changed))).toEqual([
      ['d', 'c'],
      ['B', 'a'],
    ])
  })

  it('lose a deleted item, and keep their cursors', () => {
    const left = removeItem(pages, 'c')
    expect(titles(left)).toEqual([['d'], ['b', 'a']])
    expect(left?.pages.map(({ next_cursor }) => next_cursor)).toEqual(['c', null])
  })

  it('get a restored item back to its place, on whichever page', () => {
    for (const id of ['d', 'c', 'b', 'a']) {
      const item = pages.pages.flatMap(({ items }) => items).find((one) => one.id === id)
      expect(titles(restoreItem(removeItem(pages, id), item as Item))?.flat()).toEqual([
        ...['d', 'c', 'b', 'a'],
      ])
    }
  })

  it('stay absent where they are not loaded', () => {
    expect(addItem(undefined, item('a'))).toBeUndefined()
  })
})

function item(id: string): Item {
  const at = `2026-11-20T09:12:00.00${id.charCodeAt(0) - 97}Z`
  return { id, title: id, description: '', created_at: at, updated_at: at, version: 1 }
}

function titles(data: ItemPages | undefined) {
  return data?.pages.map(({ items }) => items.map(({ title }) => title))
}
