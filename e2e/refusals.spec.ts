// A browser whose request is refused before it has a route sees what happened, and what to do.

import { homePath } from '../server/contract/pages.ts'
import { expect, test } from './support/fixtures.ts'
import { expectAccessible } from './support/pages/accessible.ts'
import { findHeading } from './support/pages/page-heading.ts'

test('with too many cookies it names them, and one button removes them, without a sign-out', async ({
  page,
  context,
  loginAs,
  server,
}) => {
  await loginAs(page, 'user')
  const { hostname: domain } = new URL(server.url)
  const names = Array.from({ length: 20 }, (_, index) => `other-app-${index}`)
  await context.addCookies(
    names.map((name) => ({ name, value: 'x'.repeat(1_000), domain, path: '/' })),
  )
  const answer = await page.goto(homePath)
  expect(answer?.status()).toBe(431)
  await expect(page.getByRole('heading', { name: 'Too many cookies' })).toBeVisible()
  await expect(page.getByText('other-app-10 (1.0\u00a0KB)')).toBeVisible()
  await expectAccessible(page)

  await page.getByRole('button', { name: 'Remove these cookies' }).click()
  await expect(page).toHaveURL(homePath)
  await expect(findHeading(page)).toBeVisible()
})

test('where there is no page it says so, and leads to one that exists', async ({ page }) => {
  await page.goto('/nowhere')
  await expect(page.getByRole('heading', { name: 'We couldn’t find that page' })).toBeVisible()
  await expect(page.getByRole('button')).toBeHidden()
  await page.getByRole('link', { name: 'Go to the start page' }).click()
  await expect(page).toHaveURL('/login')
})
