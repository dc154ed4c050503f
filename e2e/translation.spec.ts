// Pages that a user has translated by the browser. Other specs use theirs as well, translated from the
// start: `test.use({ translated: true })`.

import { expect, test } from './support/fixtures.ts'
import { findHeading } from './support/pages/page-heading.ts'
import { expectAwake } from './support/pages/sign-in-form.ts'
import { translatePage } from './support/pages/translated-page.ts'

test('every message is seen in the place of the last, and what must stay is not translated', async ({
  page,
  freshUser,
}) => {
  await page.goto('/login?next=/account')
  await expectAwake(page)
  await translatePage(page, 'ü')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^ü/)
  const alert = page.getByRole('alert')
  const password = page.locator('#password')
  await page.locator('#username').fill(freshUser.username)
  await password.fill('a wrong password')
  await password.press('Enter')
  await expect(alert).toHaveText(/Incorrect username, email/)
  await page.route('**/trpc/auth.login', (route) => route.abort())
  await password.fill(freshUser.password)
  await password.press('Enter')
  await expect(alert).toHaveText(/can’t be reached/)
  await page.unroute('**/trpc/auth.login')
  await password.press('Enter')

  await expect(findHeading(page, '/account')).toBeVisible()
  const scope = page.getByText('items:read')
  await expect(scope).toBeVisible()
  await translatePage(page, 'ü')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^ü/)
  await expect(page.locator('#holder-name')).toHaveText(freshUser.username)
  await expect(scope).toHaveText('items:read')
})

test('control: a text node that a script has kept is no longer in the page', async ({ page }) => {
  await page.goto('/login')
  await translatePage(page, '')
  const isKept = await page.evaluate(async () => {
    const paragraph = document.createElement('p')
    const text = new Text('kept')
    paragraph.append(text, document.createElement('b'))
    document.body.append(paragraph)
    await new Promise(requestAnimationFrame)
    return text.isConnected
  })
  expect(isKept).toBe(false)
})
