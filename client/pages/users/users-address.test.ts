// The view in the address: read back as it was written, and never invalid.

import { describe, expect, it } from 'vitest'
import { sortOrders, userSortKeys } from '../../../server/contract/user-order.ts'
import { hrefOf, readView } from './users-address.ts'

const everybody = {
  search: '',
  role: '',
  state: '',
  sort: 'username',
  order: 'asc',
  page: 1,
} as const

describe('the address of the users', () => {
  it.each([
    '',
    'page=',
    'page=0',
    'page=-1',
    'page=1e3',
    'page=2.5',
    'page=501',
    'page=999999',
    'sort=password_hash',
    'order=sideways',
    'search=%20',
    'role=root',
    'state=locked',
    'sort=__proto__',
  ])('takes %j for the default', (query) => {
    expect(readView(query)).toEqual(everybody)
  })

  it('is short where nothing was chosen', () => {
    expect(hrefOf(everybody)).toBe('/users')
    expect(hrefOf({ ...everybody, sort: 'created_at', order: 'desc' })).toBe(
      '/users?sort=created_at',
    )
  })

  it('37. gives back every view that was written into it', () => {
    for (const sort of userSortKeys) {
      for (const order of sortOrders) {
        for (const search of ['', 'a&b=c #%', 'Zoë 👩‍🚀']) {
          for (const page of [1, 2, 500]) {
            const view = { ...everybody, search, sort, order, page }
            expect(readView(hrefOf(view).split('?')[1] ?? '')).toEqual(view)
            const narrowed = { ...view, role: 'admin', state: 'disabled' } as const
            expect(readView(hrefOf(narrowed).split('?')[1] ?? '')).toEqual(narrowed)
          }
        }
      }
    }
  })
})
