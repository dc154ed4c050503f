// What the list shows, in the page's address: read and written in one place.

import { appPages } from '../../../server/contract/app-pages.ts'
import { type Role, roles } from '../../../server/contract/scopes.ts'
import {
  type SortOrder,
  sortOrders,
  type UserSortKey,
  type UserState,
  userSearchMaxLength,
  userSortKeys,
  userStates,
  usersPagedTo,
} from '../../../server/contract/user-order.ts'

export const usersPerPage = 20
/** The last user before this page. */
export const lastPage = usersPagedTo / usersPerPage

export interface UsersView {
  search: string
  /** '' for any. */
  role: Role | ''
  state: UserState | ''
  sort: UserSortKey
  order: SortOrder
  /** Counts from 1. */
  page: number
}

/** People are looked up by name; times are read from the newest on. */
export const firstOrder: Record<UserSortKey, SortOrder> = {
  username: 'asc',
  role: 'asc',
  created_at: 'desc',
  last_seen_at: 'desc',
}

/** A missing or unknown word means the default. */
export function readView(query: string): UsersView {
  const parameters = new URLSearchParams(query)
  const word = <Word extends string>(name: string, words: readonly Word[]) =>
    words.find((candidate) => candidate === parameters.get(name))
  const sort = word('sort', userSortKeys) ?? 'username'
  const page = parameters.get('page') ?? ''
  const isPage = /^[1-9]\d{0,4}$/.test(page) && Number(page) <= lastPage
  return {
    search: (parameters.get('search') ?? '').trim().slice(0, userSearchMaxLength),
    role: word('role', roles) ?? '',
    state: word('state', userStates) ?? '',
    sort,
    order: word('order', sortOrders) ?? firstOrder[sort],
    page: isPage ? Number(page) : 1,
  }
}

/** Defaults are left out: one address for one view. */
export function hrefOf({ search, role, state, sort, order, page }: UsersView): string {
  const parameters = new URLSearchParams()
  if (search !== '') parameters.set('search', search)
  if (role !== '') parameters.set('role', role)
  if (state !== '') parameters.set('state', state)
  if (sort !== 'username') parameters.set('sort', sort)
  if (order !== firstOrder[sort]) parameters.set('order', order)
  if (page !== 1) parameters.set('page', String(page))
  const query = parameters.toString()
  return query === '' ? appPages.users.path : `${appPages.users.path}?${query}`
}

/** The page of one user. */
export function hrefOfUser(id: string): string {
  return appPages.user.path.replace(':id', encodeURIComponent(id))
}

/** Whether the list leaves anyone out. */
export function isNarrowed({ search, role, state }: UsersView): boolean {
  return search !== '' || role !== '' || state !== ''
}
