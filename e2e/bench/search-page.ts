// From the last letter of a search to its painted rows, in a browser beside the server.

import { chromium, type Page } from 'playwright'
import { findBrowser } from '../support/browsers/find-browser.ts'

/** For each search, in milliseconds; the pause that the page waits for another letter is part of it. */
export async function measurePage(url: string, searches: readonly string[]): Promise<number[]> {
  const browser = await chromium.launch(await findBrowser())
  try {
    const context = await browser.newContext({ baseURL: url, locale: 'en-GB' })
    await context.request.post('/trpc/auth.login', {
      headers: { origin: url },
      data: { username: 'admin', password: 'admin-secret' },
    })
    const page = await context.newPage()
    await page.goto('/users')
    await page.getByRole('rowheader').first().waitFor()
    const tookMs: number[] = []
    for (const search of searches) tookMs.push(await timeToPaint(page, search))
    return tookMs
  } finally {
    await browser.close()
  }
}

async function timeToPaint(page: Page, search: string): Promise<number> {
  const field = page.getByRole('searchbox').first()
  await field.fill(search.slice(0, -1))
  await page
    .getByRole('caption')
    .filter({ hasText: `“${search.slice(0, -1)}”` })
    .waitFor()
  const took = page.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        let typedAtMs = 0
        addEventListener('input', () => (typedAtMs = performance.now()), { once: true })
        const observer = new MutationObserver(() => {
          const table = document.querySelector('table[aria-busy="false"]')
          if (!table?.querySelector('caption')?.textContent?.includes(`“${wanted}”`)) return
          observer.disconnect()
          // The frame that has them is painted before the task after it.
          requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - typedAtMs)))
        })
        const all = { subtree: true, childList: true, characterData: true, attributes: true }
        observer.observe(document.body, all)
      }),
    search,
  )
  await field.press(search.slice(-1))
  return took
}
