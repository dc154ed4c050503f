// A test of a page, for docs/building.md: a user who is signed in, something to type, and time that passes.

import { expect, test } from './support/fixtures.ts'

test('what a user is typing outlives their access token', async ({ page, loginAs, server }) => {
  await loginAs(page, 'user')

  await page.goto('/account')
  await page.getByLabel('Full name').fill('Ada Lovelace')
  server.clock.advance(20 * 60_000)
  await page.getByRole('button', { name: 'Save profile' }).click()

  await expect(page.getByText('Profile saved.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Ada Lovelace, account menu' })).toBeVisible()
})
