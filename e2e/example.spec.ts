// A test of a page, for docs/building.md: a signed-in user, something to see, and time that passes.

import { expect, test } from './support/fixtures.ts'

test('typed text outlives the access token', async ({ page, loginAs, server }) => {
  const user = await loginAs(page, 'user')
  await server.services.items.create(user.id, { title: 'Milk', description: '' })

  await page.goto('/items')
  await page.getByRole('button', { name: 'Edit Milk' }).click()
  await page.getByLabel('Title').fill('Oat milk')
  server.clock.advance(20 * 60_000)
  await page.getByRole('button', { name: 'Save changes' }).click()

  await expect(page.getByRole('heading', { name: 'Oat milk' })).toBeVisible()
})
