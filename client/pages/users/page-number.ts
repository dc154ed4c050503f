// The page in the address, `?page=2`: read and written in one place.

import { pagePaths } from '../../../server/contract/pages.ts'

/** 1 where it is absent or no page number. */
export function readPage(search: string): number {
  const text = new URLSearchParams(search).get('page') ?? ''
  return /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 1
}

/** The first page has no number: one address for one page. */
export function pageHref(page: number): string {
  return page === 1 ? pagePaths.users : `${pagePaths.users}?page=${page}`
}
