// What was typed and not saved: asked about before it goes, and back after a reload.

import type { Page } from 'playwright/test'
import { expect, test } from './support/fixtures.ts'

const question = (page: Page) => page.getByRole('dialog', { name: 'Discard your changes?' })

test('a link, Escape and signing out ask first, and Escape in a composition does nothing', async ({
  page,
  signIn,
}) => {
  await signIn(page, 'user')
  await page.goto('/account')
  const name = page.getByLabel('Full name')
  await name.fill('Ada')
  const link = page.getByRole('navigation').getByRole('link', { name: 'Sessions' })
  await link.click()
  await expect(question(page)).toBeVisible()
  await page.getByRole('button', { name: 'Keep editing' }).click()
  await expect(page).toHaveURL('/account')
  await expect(name).toHaveValue('Ada')

  await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click()
  await expect(question(page)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(question(page)).toBeHidden()
  await expect(name).toHaveValue('Ada')

  await link.click()
  await page.getByRole('button', { name: 'Discard changes' }).click()
  await expect(page).toHaveURL('/sessions')

  await page.getByRole('navigation').getByRole('link', { name: 'Items' }).click()
  await page.getByRole('button', { name: 'New item' }).click()
  const title = page.getByLabel('Title')
  await title.fill('寿司')
  await title.dispatchEvent('keydown', { key: 'Escape', isComposing: true })
  await expect(title).toHaveValue('寿司')
  await title.press('Escape')
  await expect(question(page)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(title).toBeFocused()
  await expect(title).toHaveValue('寿司')
  await title.press('Escape')
  await page.getByRole('button', { name: 'Discard changes' }).click()
  await expect(title).toBeHidden()
  // Nothing typed, nothing asked.
  await page.getByRole('button', { name: 'New item' }).click()
  await expect(title).toHaveValue('')
  await title.press('Escape')
  await expect(title).toBeHidden()
})

test('a reload is asked about by the browser, and brings back texts, and no password', async ({
  page,
  signIn,
  loginAs,
}) => {
  await signIn(page, 'admin')
  await page.getByRole('button', { name: 'New item' }).click()
  await page.getByLabel('Title').fill('Half a thought')
  let asked = 0
  page.on('dialog', async (dialog) => {
    asked += dialog.type() === 'beforeunload' ? 1 : 0
    await dialog.accept()
  })
  await page.reload()
  expect(asked).toBe(1)
  await expect(page.getByLabel('Title')).toHaveValue('Half a thought')
  await expect(page.getByText('You typed this before.')).toBeVisible()
  await page.getByRole('button', { name: 'Add item' }).click()
  await expect(page.getByRole('button', { name: 'Edit Half a thought' })).toBeVisible()

  await page.goto('/users')
  await page.getByRole('button', { name: 'New user' }).click()
  const dialog = page.getByRole('dialog', { name: 'New user' })
  await dialog.getByLabel('Username').fill('grace')
  await dialog.getByRole('button', { name: 'Show password' }).click()
  await dialog.getByLabel('Password', { exact: true }).fill('not for any store')
  expect(await page.evaluate(() => Object.values(sessionStorage))).toEqual(['{"username":"grace"}'])
  await page.reload()
  expect(asked).toBe(2)
  await page.getByRole('button', { name: 'New user' }).click()
  await expect(dialog.getByLabel('Username')).toHaveValue('grace')
  await expect(dialog.getByLabel('Password', { exact: true })).toHaveValue('')

  // Another user in this tab gets none of it.
  await loginAs(page, 'admin')
  await page.goto('/users')
  await page.getByRole('button', { name: 'New user' }).click()
  await expect(dialog.getByLabel('Username')).toHaveValue('')
})
