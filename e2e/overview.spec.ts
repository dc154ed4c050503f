// The overview: its charts say in words what they show, and lead to who needs looking at.

import { expect, test } from './support/fixtures.ts'

test.use({ translated: true })

test('charts have a text and a table, and an alarm leads to the page of its user', async ({
  page,
  signIn,
  makeUser,
  server,
}) => {
  const user = await makeUser()
  await server.services.auditLog.record('refresh_token_reused', { userId: user.id })
  await signIn(page, 'admin')
  await page.goto('/users')
  await page.getByRole('link', { name: 'Overview' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeFocused()
  const day = page.getByRole('region', { name: 'Last 24 hours' })
  await expect(
    day.getByRole('img', { name: /^Sign-ins: \d+ in all, at most \d+, at / }),
  ).toBeVisible()
  await day.getByText('Show as a table').first().click()
  await expect(day.getByRole('row')).toHaveCount(25)
  const alarms = page.getByRole('list', { name: 'Needs looking at' })
  await alarms.getByRole('link', { name: user.username }).first().click()
  await expect(page).toHaveURL(`/users/${user.id}`)
})

test('the overview is not for users without its scope', async ({ page, signIn }) => {
  await signIn(page, 'user')
  await expect(page.getByRole('navigation')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Overview' })).toBeHidden()
  await page.goto('/overview')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('don’t have access')
})
