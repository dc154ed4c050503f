// How the list is sorted: in the headers of the table, and in one select where they have no room.

import type { ReactNode } from 'react'
import {
  type SortOrder,
  sortOrders,
  type UserSortKey,
  userSortKeys,
} from '../../../server/contract/user-order.ts'
import { usersStrings as words } from '../../strings/users.ts'
import { firstOrder } from './users-address.ts'

interface Sorting {
  sort: UserSortKey
  order: SortOrder
}

interface SortControlProps {
  sorting: Sorting
  onSort: (sorting: Sorting) => void
}

const ariaSort = { asc: 'ascending', desc: 'descending' } as const

/** Pressed again, it reverses the order. */
export function SortHeader({
  column,
  sorting,
  onSort,
  children,
}: SortControlProps & { column: UserSortKey; children: ReactNode }) {
  const isSorted = sorting.sort === column
  const turned = sorting.order === 'asc' ? 'desc' : 'asc'
  return (
    <th scope="col" aria-sort={isSorted ? ariaSort[sorting.order] : undefined}>
      <button
        type="button"
        className="sort"
        onClick={() => onSort({ sort: column, order: isSorted ? turned : firstOrder[column] })}
      >
        {children}
        <svg viewBox="0 0 10 14" width="10" height="14" fill="currentColor" aria-hidden="true">
          <path className="sort-up" d="M5 1l4 5H1z" />
          <path className="sort-down" d="M5 13l4-5H1z" />
        </svg>
      </button>
    </th>
  )
}

export function SortSelect({ sorting, onSort }: SortControlProps) {
  return (
    <div className="field user-sort">
      <label htmlFor="user-sort">{words.sortBy}</label>
      <select
        id="user-sort"
        value={`${sorting.sort} ${sorting.order}`}
        onChange={(event) => {
          const chosen = sortings.find(
            ({ sort, order }) => `${sort} ${order}` === event.target.value,
          )
          if (chosen) onSort(chosen)
        }}
      >
        {sortings.map(({ sort, order }) => (
          <option key={`${sort} ${order}`} value={`${sort} ${order}`}>
            {words.orders[sort][order]}
          </option>
        ))}
      </select>
    </div>
  )
}

const sortings = userSortKeys.flatMap((sort) => sortOrders.map((order) => ({ sort, order })))
