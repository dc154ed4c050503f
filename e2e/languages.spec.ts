// The pages in the language of the person at the browser: asked for, chosen, and kept.

import type { Page } from 'playwright/test'
import { english, readLanguages } from '../client/build/language.ts'
import { productName } from '../server/contract/brand.ts'
import { expect, test } from './support/fixtures.ts'
import { expectAccessible } from './support/pages/accessible.ts'

const language = (page: Page) => page.locator('html')

test('the browser’s language is the pages’, each with its title, and English for all others', async ({
  browser,
  baseURL,
  loginAs,
}) => {
  const german = await browser.newPage({ locale: 'de-AT', ...(baseURL && { baseURL }) })
  await german.goto('/login')
  await expect(german).toHaveTitle(`Anmelden · ${productName}`)
  await expect(german.getByRole('button', { name: 'Anmelden' })).toBeVisible()
  await german.goto('/register')
  await expect(german).toHaveTitle(`Konto erstellen · ${productName}`)
  await loginAs(german, 'admin')
  for (const [path, title] of Object.entries(germanTitles)) {
    await german.goto(path)
    await expect(german.getByRole('heading', { level: 1 })).toHaveText(title)
    await expect(german).toHaveTitle(`${title} · ${productName}`)
    await expect(language(german)).toHaveAttribute('lang', 'de')
  }
  await german.goto('/no-such-page')
  await expect(german.getByRole('heading', { level: 1 })).toHaveText('Diese Seite gibt es nicht')
  await german.context().close()

  const other = await browser.newPage({ locale: 'is', ...(baseURL && { baseURL }) })
  await other.goto('/login')
  await expect(language(other)).toHaveAttribute('lang', 'en')
  await other.context().close()
})

const germanTitles = {
  '/account': 'Konto',
  '/sessions': 'Sitzungen',
  '/activity': 'Aktivität',
  '/users': 'Benutzer',
  '/audit': 'Audit-Log',
}

test('a chosen language survives the sign-in, and the account page offers all of them', async ({
  page,
  freshUser,
}) => {
  await page.goto('/login?next=%2Faccount')
  await page.getByRole('link', { name: 'Deutsch' }).click()
  await expect(page).toHaveURL('/login?next=%2Faccount')
  await page.getByLabel('Benutzername oder E-Mail').fill(freshUser.username)
  await page.getByLabel('Passwort', { exact: true }).fill('falsch')
  await page.getByRole('button', { name: 'Anmelden' }).click()
  await expect(page.getByRole('alert')).toHaveText('Benutzername, E-Mail oder Passwort ist falsch.')
  await page.getByLabel('Passwort', { exact: true }).fill(freshUser.password)
  await page.getByRole('button', { name: 'Anmelden' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Konto')

  const choice = page.getByRole('combobox', { name: 'Sprache' })
  expect(await choice.getByRole('option').allTextContents()).toEqual(
    readLanguages().map(({ name }) => name),
  )
  await choice.selectOption(english.name)
  await page.getByRole('button', { name: 'Sprache ändern' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Account')
  await expect(page).toHaveURL('/account')
})

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false })

  test('the choice works too, and so do the words of a refusal', async ({ page, freshUser }) => {
    await page.goto('/login')
    await page.getByRole('link', { name: 'Deutsch' }).click()
    await page.getByLabel('Benutzername oder E-Mail').fill(freshUser.username)
    await page.getByLabel('Passwort', { exact: true }).fill('falsch')
    await page.getByRole('button', { name: 'Anmelden' }).click()
    await expect(page).toHaveTitle(`Fehler: Anmelden · ${productName}`)
    await expect(page.getByRole('alert')).toHaveText(
      'Benutzername, E-Mail oder Passwort ist falsch.',
    )
  })
})

test.describe('in Arabic', () => {
  test.use({ locale: 'ar' })

  for (const path of ['/login', '/register', '/account']) {
    test(`${path} runs from right to left, and is accessible`, async ({ page, loginAs }) => {
      if (path === '/account') await loginAs(page, 'user')
      await page.goto(path)
      await expect(language(page)).toHaveAttribute('dir', 'rtl')
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(/\p{Script=Arabic}/u)
      await expect(page.getByRole('button').first()).toBeVisible()
      await expectAccessible(page)
    })
  }
})
