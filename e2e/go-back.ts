// The browser's Back button.

import type { Page } from 'playwright/test'

/**
 * Not by Playwright's own word for it: Firefox's driver hears of no page that comes out of the cache.
 * Back is pressed once the page has answered, because the page that is asked goes away.
 */
export async function goBack(page: Page): Promise<void> {
  await page.evaluate(() => void setTimeout(() => history.back()))
}
