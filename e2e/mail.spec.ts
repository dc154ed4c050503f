// A forgotten password in a browser without scripts: from the sign-in page through the mail to a new password.

import type { Page } from 'playwright/test'
import type { Services } from '../server/services.ts'
import { expect, test } from './support/fixtures.ts'
import { expectAccessible } from './support/pages/accessible.ts'
import { findHtmlFaults } from './support/pages/valid-html.ts'

/** Gives the user an address, and returns it. */
async function giveAddress({ database }: Services, id: string): Promise<string> {
  const email = `${id.toLowerCase()}@example.com`
  await database.kysely
    .updateTable('users')
    .set({ email, email_key: email })
    .where('id', '=', id)
    .execute()
  return email
}

async function findLink({ mailbox }: Services, email: string): Promise<string> {
  const find = () => mailbox?.list().find(({ to }) => to === email)
  await expect.poll(find).toBeDefined()
  return /^http\S+$/m.exec(find()?.text ?? '')?.[0] ?? ''
}

async function expectWhole(page: Page): Promise<void> {
  expect(await findHtmlFaults(await page.content())).toEqual([])
  await expectAccessible(page)
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 760 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
  }
}

test('a forgotten password: the link of the mail sets a new one, which signs in', async ({
  browser,
  server,
  freshUser,
  canaries,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: server.url })
  const page = await context.newPage()
  const email = await giveAddress(server.services, freshUser.id)
  const password = 'nine slow trams at midnight'
  canaries.add(password)
  await page.goto('/login')
  await page.getByRole('link', { name: 'Forgot password?' }).click()
  await page.getByLabel('Username or email').fill(email)
  await page.getByRole('button', { name: 'Send the link' }).press('Enter')
  await expect(page.getByRole('heading', { name: 'Look in your mail' })).toBeVisible()

  await page.goto(await findLink(server.services, email))
  await page.getByLabel('New password').fill('short')
  await page.getByRole('button', { name: 'Set the new password' }).press('Enter')
  await expect(page.locator('#new-password-note')).toContainText('must have at least 15 characters')
  await page.getByLabel('New password').fill(password)
  await page.getByLabel('New password').press('Enter')
  await expect(page).toHaveURL('/login?reason=password-reset')
  await page.getByLabel('Username or email').fill(freshUser.username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByLabel('Password', { exact: true }).press('Enter')
  await expect(page).not.toHaveURL(/login/)
  await context.close()
})

test('each page of it is accessible, valid, and 320 pixels wide', async ({
  page,
  server,
  freshUser,
}) => {
  const { services } = server
  const email = await giveAddress(services, freshUser.id)
  const device = { address: '203.0.113.1', userAgent: null }
  await services.passwordReset.ask({ login: email, device })
  const link = await findLink(services, email)
  for (const address of [
    '/forgot-password',
    '/forgot-password?sent',
    '/forgot-password?secured',
    link,
    '/mail/x',
  ]) {
    await page.goto(address)
    await expectWhole(page)
  }
})
