// The first heading of a page of the app: a page that shows it has been drawn.

import type { Locator, Page } from 'playwright/test'
import { titleOf } from '../../../server/contract/app-pages.ts'
import { homePath } from '../../../server/contract/pages.ts'

/** @param path where the page is; the home page's by default */
export function findHeading(page: Page, path: string = homePath): Locator {
  const title = titleOf(path)
  if (title === undefined) throw new Error(`No page of the app is at ${path}`)
  return page.getByRole('heading', { name: title, level: 1 })
}
