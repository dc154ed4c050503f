// Nothing moves by itself while a page comes over a slow connection, with a security notice or without.

import type { Page } from 'playwright/test'
import { expect, test } from './support/fixtures.ts'
import { findHeading } from './support/pages/page-heading.ts'

const latencyMs = 600
const phone = { width: 390, height: 844 }
const desktop = { width: 1280, height: 800 }

const measured = [
  ...['/items', '/account', '/sessions', '/activity', '/users'].map((path) => ({
    path,
    size: phone,
  })),
  { path: '/account', size: desktop },
]

test('@chromium 600 ms of latency and a notice: no page shifts by more than 0.02', async ({
  page,
  context,
  signIn,
  makeUser,
  server,
}) => {
  const admin = await makeUser({ role: 'admin' })
  await signIn(page, admin)
  // Elsewhere: each page has a notice of it.
  await fetch(`${server.url}/trpc/auth.login`, {
    method: 'POST',
    headers: { origin: server.url, 'content-type': 'application/json' },
    body: JSON.stringify({ username: admin.username, password: admin.password }),
  })
  await context.addInitScript(collectShifts)
  const shifts = await Promise.all(
    measured.map(async ({ path, size }) => ({
      path,
      size,
      shift: await measureShift(await context.newPage(), path, size),
    })),
  )
  expect(shifts.filter(({ shift }) => shift > 0.02)).toEqual([])
})

async function measureShift(page: Page, path: string, size: typeof phone): Promise<number> {
  await page.setViewportSize(size)
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: latencyMs,
    downloadThroughput: -1,
    uploadThroughput: -1,
  })
  await page.goto(path)
  await expect(findHeading(page, path)).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('main').locator('[aria-busy=true]')).toHaveCount(0)
  // The page of sessions asks about the new device itself.
  const comesLast =
    path === '/sessions'
      ? page.getByRole('button', { name: /^Yes, it was me/ })
      : page.getByRole('complementary', { name: 'Security notices' })
  await expect(comesLast.first()).toBeVisible({ timeout: 30_000 })
  return page.evaluate(() => window.layoutShift)
}

declare global {
  interface Window {
    layoutShift: number
  }
}

/** Runs in the page. */
function collectShifts(): void {
  window.layoutShift = 0
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) {
      window.layoutShift += entry.value
    }
  })
  observer.observe({ type: 'layout-shift', buffered: true })
}
