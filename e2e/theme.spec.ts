// The theme: chosen once for a browser, in every tab, on every page, from the first paint on.

import type { Page } from 'playwright/test'
import { expect, test } from './support/fixtures.ts'
import { findViolations } from './support/pages/accessible.ts'

const schemeOf = (page: Page) =>
  page.evaluate(() => {
    const { colorScheme, backgroundColor } = getComputedStyle(document.documentElement)
    return [colorScheme, backgroundColor] as const
  })

test('a chosen theme holds in every tab, after a reload, and on the pages before sign-in', async ({
  page,
  context,
  signIn,
}) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await signIn(page, 'user')
  const tab = await context.newPage()
  await tab.emulateMedia({ colorScheme: 'light' })
  await tab.goto('/account')
  for (const each of [tab, page]) await each.getByRole('button', { name: /account menu/i }).click()
  await expect(tab.getByRole('group', { name: 'Theme' })).toBeVisible()
  const [, light] = await schemeOf(page)

  await page.getByRole('radio', { name: 'Dark' }).check({ force: true })
  await expect.poll(async () => (await schemeOf(page))[0]).toBe('dark')
  expect((await schemeOf(page))[1]).not.toBe(light)
  await expect.poll(async () => (await schemeOf(tab))[0]).toBe('dark')
  expect(await findViolations(page)).toEqual([])

  // Before any script has run.
  const blocked = await context.newPage()
  await blocked.emulateMedia({ colorScheme: 'light' })
  await blocked.route('**/*.js', (route) => route.abort())
  for (const path of ['/items', '/login?reason=expired', '/nowhere', '/docs']) {
    await blocked.goto(path)
    expect((await schemeOf(blocked))[0], path).toBe('dark')
  }

  await page.reload()
  await page.getByRole('button', { name: /account menu/i }).click()
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked()
  await page.getByRole('radio', { name: 'System' }).check({ force: true })
  await expect.poll(async () => (await schemeOf(page))[1]).toBe(light)
  await blocked.goto('/items')
  expect((await schemeOf(blocked))[0]).toBe('light dark')
})
