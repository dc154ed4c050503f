// Swagger UI: Authorize with a name and a password, then call an operation that has a padlock.

import type { Page } from 'playwright/test'
import { productName } from '../server/contract/brand.ts'
import { expect, test } from './support/fixtures.ts'
import { findViolations } from './support/pages/accessible.ts'

test('Authorize signs in, and "Try it out" then shows who you are', async ({ page }) => {
  await page.goto('/docs')
  await page.getByRole('button', { name: 'Authorize' }).click()
  await expect(page.getByLabel('username')).toBeFocused()
  await page.getByLabel('username').fill('johndoe')
  await page.getByRole('textbox', { name: 'password:' }).fill('secret')
  await page.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click()
  await expect(page.getByRole('button', { name: 'Remove authorization' })).toBeVisible()
  await page.locator('.modal-ux').getByRole('button', { name: 'Close' }).last().click()

  await page.locator('.opblock-get [data-path="/api/users/me"]').click()
  await page.getByRole('button', { name: 'Try it out' }).click()
  await page.getByRole('button', { name: 'Execute' }).click()
  const answer = page.locator('.live-responses-table')
  await expect(answer.getByRole('cell', { name: '200', exact: true })).toBeVisible()
  await expect(answer).toContainText('"username": "johndoe"')

  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, document.cookie]))
  expect(stored).toBe('[{},""]')
})

test('Authorize with a scope ticked gives a token with only that scope', async ({ page }) => {
  await page.goto('/docs')
  await page.getByRole('button', { name: 'Authorize' }).click()
  await page.getByLabel('username').fill('johndoe')
  await page.getByRole('textbox', { name: 'password:' }).fill('secret')
  await page.locator('.modal-ux').getByText('me:write', { exact: true }).click()
  await page.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click()
  await expect(page.getByRole('button', { name: 'Remove authorization' })).toBeVisible()
  await page.locator('.modal-ux').getByRole('button', { name: 'Close' }).last().click()

  await expectAnswer(page, '/api/users/me', '403', 'insufficient_scope')
  await expectAnswer(page, '/api/identity', '200', '"scopes"')
})

test('a wrong password is reported as such', async ({ page }) => {
  await page.goto('/docs')
  await page.getByRole('button', { name: 'Authorize' }).click()
  await page.getByLabel('username').fill('johndoe')
  await page.getByRole('textbox', { name: 'password:' }).fill('wrong')
  await page.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click()
  await expect(page.locator('.modal-ux')).toContainText('Incorrect username or password')
})

test('the page has a way back, a heading and landmarks, in the brand’s colours', async ({
  page,
}) => {
  await page.goto('/docs')
  await expect(page.getByRole('button', { name: 'Authorize' })).toBeVisible()
  // What is ours: the frame around Swagger UI.
  const rules = ['page-has-heading-one', 'landmark-one-main', 'document-title', 'html-has-lang']
  expect(await findViolations(page, [...rules, 'bypass'])).toEqual([])
  const header = page.getByRole('banner')
  await page.evaluate(() => document.querySelector('main')?.remove())
  expect(await findViolations(page)).toEqual([expect.stringContaining('landmark-one-main')])
  await expect(header).toContainText('Authorize signs you in once')
  const own = await header.evaluate((element) => getComputedStyle(element).backgroundColor)
  await header.getByRole('link', { name: `Back to ${productName}` }).click()
  await expect(page).toHaveURL('/login')
  expect(
    await page.evaluate(() => getComputedStyle(document.body).getPropertyValue('--page')),
  ).not.toBe('')
  expect(own).toMatch(/^oklch/)
})

/** Calls a GET operation with "Try it out"; headers are part of what is shown. */
async function expectAnswer(page: Page, path: string, status: string, text: string) {
  const operation = page.locator('.opblock-get', { has: page.getByText(path, { exact: true }) })
  await operation.locator('.opblock-summary').click()
  await operation.getByRole('button', { name: 'Try it out' }).click()
  await operation.getByRole('button', { name: 'Execute' }).click()
  const answer = operation.locator('.live-responses-table')
  await expect(answer.getByRole('cell', { name: status, exact: true })).toBeVisible()
  await expect(answer).toContainText(text)
}
