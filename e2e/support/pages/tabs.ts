// Tabs of one browser, opened at once.

import type { BrowserContext, Page } from 'playwright/test'
import { expect } from '../fixtures.ts'
import { findHeading } from './page-heading.ts'

/**
 * In milliseconds: longer than an access token lives, and shorter than a session may lie idle.
 */
export const tokenLifetimeMs = 16 * 60_000

/** All at once at one page of the app; each shows its heading when they are returned. */
export async function openTabs(
  context: BrowserContext,
  count: number,
  path: string,
): Promise<Page[]> {
  const tabs = await Promise.all(Array.from({ length: count }, () => context.newPage()))
  await Promise.all(tabs.map((tab) => tab.goto(path)))
  for (const tab of tabs) {
    await expect(findHeading(tab, path)).toBeVisible()
  }
  return tabs
}
