// The page in the address.

import { describe, expect, it } from 'vitest'
import { pageHref, readPage } from './page-number.ts'

describe('readPage', () => {
  it.each(['', 'page=', 'page=0', 'page=-1', 'page=1e3', 'page=2.5', 'page=999999', 'page=x'])(
    'takes %j for the first page',
    (search) => {
      expect(readPage(search)).toBe(1)
    },
  )

  it('reads what pageHref has written', () => {
    for (const page of [1, 2, 99_999]) {
      expect(readPage(pageHref(page).split('?')[1] ?? '')).toBe(page)
    }
  })
})
