// Every page in every state, accessible to all: with axe, with a keyboard, narrow, light and dark.

import { titleOf } from '../server/contract/app-pages.ts'
import { productName } from '../server/contract/brand.ts'
import { homePath } from '../server/contract/pages.ts'
import { expect, test } from './support/fixtures.ts'
import { expectAccessible, findViolations } from './support/pages/accessible.ts'
import { checkPageStates } from './support/pages/check-page-states.ts'
import { findHeading } from './support/pages/page-heading.ts'
import { pageStates } from './support/pages/page-states.ts'

checkPageStates(pageStates)

test('40. control: the check itself finds a fault', async ({ page, loginAs }) => {
  await loginAs(page, 'user')
  await page.goto('/account')
  await expect(page.getByRole('main').getByText('Member since')).toBeVisible()
  await page.evaluate(() => {
    const tooSmall = ['−', '+'].map((label) => {
      const button = document.createElement('button')
      button.textContent = label
      button.style.cssText = 'inline-size: 20px; block-size: 20px'
      return button
    })
    document.querySelector('main')?.append(new Image(), ...tooSmall)
  })
  const rules = (await findViolations(page)).map((violation) => violation.split(':')[0])
  expect(rules).toEqual(['image-alt', 'target-size'])
})

test('40. control: the check finds text that is too faint in the dark scheme only', async ({
  page,
  loginAs,
}) => {
  await loginAs(page, 'user')
  await page.goto('/account')
  await expect(page.getByRole('main').getByText('Member since')).toBeVisible()
  await page.evaluate(() => {
    const faint = document.createElement('p')
    faint.textContent = 'Hardly there'
    faint.className = 'faint'
    document.querySelector('main')?.append(faint)
    // An attribute would already make the HTML invalid.
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('.faint { color: light-dark(black, #333) }')
    document.adoptedStyleSheets.push(sheet)
  })
  expect(await findViolations(page)).toEqual([])
  await expect(expectAccessible(page)).rejects.toThrow('color-contrast: <p')
})

test("46. navigation moves the focus to the heading and sets the tab's title", async ({
  page,
  loginAs,
}) => {
  await loginAs(page, 'user')
  await page.goto(homePath)
  await expect(page).toHaveTitle(`${titleOf(homePath)} · ${productName}`)
  await page.getByRole('link', { name: 'Sessions' }).click()
  await expect(page.getByRole('heading', { name: 'Sessions', level: 1 })).toBeFocused()
  await expect(page).toHaveTitle(`Sessions · ${productName}`)
  await page.goBack()
  await expect(findHeading(page)).toBeFocused()
  await expect(page).toHaveTitle(`${titleOf(homePath)} · ${productName}`)
})

test('46. the skip link is the first stop, and leads to the content', async ({ page, loginAs }) => {
  await loginAs(page, 'user')
  await page.goto(homePath)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
})

test('46. an element that has the focus while a page loads keeps it when the page arrives', async ({
  page,
  loginAs,
}) => {
  await loginAs(page, 'user')
  let answer = () => {}
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  await page.route('**/trpc/auth.refresh*', async (route) => {
    await answered
    await route.continue()
  })
  await page.goto(homePath)
  const skipLink = page.getByRole('link', { name: 'Skip to content' })
  await skipLink.focus()
  answer()
  await expect(page.getByRole('link', { name: 'Account' })).toBeVisible()
  await expect(skipLink).toBeFocused()
})
