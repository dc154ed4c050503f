// The users page: everybody, page by page, for admins.

import { expect, test } from './fixtures.ts'

test('an admin sees who is here, with role and state in words', async ({ page, loginAs }) => {
  await loginAs(page, 'admin')
  await page.goto('/users')
  const alice = page.getByRole('row').filter({ hasText: 'alice@example.com' })
  await expect(alice).toContainText('Disabled')
  await expect(alice).toContainText('User')
  const admin = page.getByRole('row').filter({ hasText: 'admin@example.com' })
  await expect(admin).toContainText('Active')
  await expect(admin).toContainText('Admin')
})

test('the page is in the address: reload and Back show what was there', async ({
  page,
  loginAs,
  server,
}) => {
  await server.services.accounts.import(
    Array.from({ length: 21 }, (_, index) => ({
      username: `user-z${index + 10}`,
      email: null,
      fullName: null,
      role: 'user' as const,
      disabled: false,
      passwordHash: `$2b$10$${'.'.repeat(53)}`,
    })),
  )
  await loginAs(page, 'admin')
  await page.goto('/items')
  await page.getByRole('link', { name: 'Users' }).click()
  await expect(page.getByText('Page 1 of')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Previous' })).toBeHidden()
  const firstPage = await page.getByRole('rowheader').allTextContents()

  await page.getByRole('link', { name: 'Next' }).click()
  await expect(page).toHaveURL('/users?page=2')
  await expect(page.getByText('Page 2 of')).toBeVisible()
  await page.reload()
  await expect(page.getByText('Page 2 of')).toBeVisible()
  const next = page.getByRole('link', { name: 'Next' })
  for (let number = 3; await next.isVisible(); number += 1) {
    await next.click()
    await expect(page.getByText(`Page ${number} of`)).toBeVisible()
  }
  await expect(page.getByRole('rowheader', { name: 'user-z30' })).toBeVisible()

  await page.goto('/users')
  await expect(page.getByRole('rowheader')).toHaveText(firstPage)
})
