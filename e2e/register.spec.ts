// The registration page: from an empty form to an account, and nothing typed is lost on the way.

import type { Page } from 'playwright/test'
import { productName, registerHeading, signInLead } from '../server/contract/brand.ts'
import { homePath } from '../server/contract/pages.ts'
import { expect, test } from './support/fixtures.ts'
import { expectAccessible } from './support/pages/accessible.ts'
import { expectAwake, findSignInForm } from './support/pages/sign-in-form.ts'
import { startTestServer } from './support/test-server.ts'

const passphrase = 'sieben stille Häfen im März'

function findForm(page: Page) {
  return {
    username: page.getByLabel('Username'),
    email: page.getByLabel('Email'),
    password: page.getByLabel('Password', { exact: true }),
    submit: page.getByRole('button', { name: 'Create account' }),
  }
}

async function openRegister(page: Page, search = ''): Promise<void> {
  await page.goto(`/register${search}`)
  await expect(page.locator('form')).toHaveJSProperty('noValidate', true)
}

// As a browser translates them: their words stay, their text nodes do not.
test.use({ translated: true })

test('20, 25. from the sign-in page to an account, and on to the original destination', async ({
  page,
}) => {
  await page.goto('/login?next=%2Faccount%3Fa%3Db')
  await page.getByRole('link', { name: 'Create an account' }).click()
  await expect(page.getByText(signInLead)).toBeVisible()
  const back = page.getByRole('link', { name: 'Sign in' })
  await expect(back).toHaveAttribute('href', '/login?next=%2Faccount%3Fa%3Db')

  const { username, password, submit } = findForm(page)
  await expect(username).toHaveAttribute('autocomplete', 'username')
  await expect(password).toHaveAttribute('autocomplete', 'new-password')
  await expect(page.locator('input[type=password]')).toHaveCount(1)
  await expect(password).toHaveAccessibleDescription(
    '15 characters or more. Spaces are fine; a sentence you can remember works well.',
  )
  for (const input of [username, password]) {
    await expect(input).not.toHaveAttribute('maxlength')
    await expect(input).not.toHaveAttribute('pattern')
  }

  await username.fill('Hanna.Hafen')
  await password.fill(passphrase.slice(0, 9))
  await expect(page.getByText('9 of 15')).toBeVisible()
  await page.getByRole('button', { name: 'Show password' }).click()
  await password.fill(passphrase)
  await password.press('Enter')
  await expect(page).toHaveURL('/account?a=b')
  await expect(page.getByRole('heading', { name: 'Hanna.Hafen' })).toBeVisible()

  // A signed-in user goes straight on, and Back does not lead to a form that has done its work.
  await page.goto('/register?next=/users')
  await expect(page).toHaveURL('/users')
  await expect(submit).toBeHidden()
})

test('27. a refusal says how to correct it; the other fields stay, and so does the page', async ({
  page,
  freshUser,
}) => {
  await openRegister(page)
  const { username, email, password, submit } = findForm(page)
  await submit.click()
  await expect(username).toBeFocused()
  await expect(username).toHaveAccessibleDescription('Choose a username.')
  await expect(password).toHaveAccessibleDescription('Choose a password.')
  await expect(page).toHaveTitle(`Error: ${registerHeading} · ${productName}`)

  await username.fill(freshUser.username)
  await email.fill('harbour@example.com')
  await password.fill('password password')
  await submit.click()
  await expect(password).toBeFocused()
  await expect(password).toHaveAttribute('aria-invalid', 'true')
  await expect(password).toHaveAccessibleDescription(/^Password must not repeat one piece/)
  await expect(username).toHaveAttribute('aria-invalid', 'false')

  await password.fill(passphrase)
  await expect(password).toHaveAttribute('aria-invalid', 'false')
  await submit.click()
  await expect(username).toBeFocused()
  await expect(username).toHaveAccessibleDescription('Username is taken: choose another one.')
  await expect(email).toHaveValue('harbour@example.com')
  await expect(password).toHaveValue(passphrase)

  await username.fill(`${freshUser.username}-2`)
  await submit.click()
  await expect(page).toHaveURL(homePath)
})

test('16, 18. without an answer, or with an internal error, nothing is lost, and one request is sent', async ({
  page,
  freshUser,
}) => {
  await openRegister(page)
  const { username, password, submit } = findForm(page)
  const alert = page.getByRole('alert')
  await page.route('**/trpc/auth.register', (route) => route.abort())
  await username.fill(`${freshUser.username}-3`)
  await password.fill(passphrase)
  await submit.click()
  await expect(alert).toHaveText(new RegExp(`^${productName} can’t be reached\\.`))
  await page.unroute('**/trpc/auth.register')
  await page.route('**/trpc/auth.register', (route) => route.fulfill({ status: 500, body: '' }))
  await submit.click()
  await expect(alert).toHaveText(/^Something broke on our side, not yours\./)
  await expect(username).toHaveValue(`${freshUser.username}-3`)
  await expect(password).toHaveValue(passphrase)

  let calls = 0
  await page.unroute('**/trpc/auth.register')
  await page.route('**/trpc/auth.register', async (route) => {
    calls += 1
    await route.continue()
  })
  await submit.dblclick()
  await expect(page).toHaveURL(homePath)
  expect(calls).toBe(1)
})

test('14. nothing moves when the fields are marked, narrow or wide', async ({ page }) => {
  await openRegister(page)
  const { username, email, password, submit } = findForm(page)
  const places = () =>
    Promise.all([username, email, password, submit].map((field) => field.boundingBox()))
  for (const width of [320, 390, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    await username.fill('a b')
    await email.fill('nope')
    await password.fill('short')
    await expect(username).toHaveAccessibleDescription(/^3 to 64 letters/)
    const before = await places()
    await submit.click()
    await expect(username).toHaveAccessibleDescription(/^Username must contain only/)
    expect(await places()).toEqual(before)
  }
})

test.describe('as it is sent', () => {
  test.use({ translated: false })

  test('40. 42. empty and refused: axe finds nothing, the HTML is valid, nothing scrolls sideways', async ({
    page,
  }) => {
    await openRegister(page)
    await expectAccessible(page)

    // The checks left the page as no user sees it.
    await openRegister(page)
    const { username, password, submit } = findForm(page)
    await username.fill('a')
    await password.fill('too short')
    await submit.click()
    await expect(username).toHaveAttribute('aria-invalid', 'true')
    await expectAccessible(page)
  })
})

test('with REGISTRATION=off a sentence takes the form’s place, and no link leads there', async ({
  page,
}) => {
  const server = await startTestServer({ env: { REGISTRATION: 'off' } })
  await page.goto(`${server.url}/register`)
  await expect(page.getByRole('alert')).toHaveText(/^Registration is closed/)
  await expect(findForm(page).submit).toBeHidden()
  await page.getByRole('link', { name: 'Sign in' }).click()
  await expect(findSignInForm(page).submit).toBeVisible()
  await expectAwake(page)
  await expect(findSignInForm(page).register).toBeHidden()
  await server.close()
})

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false })

  test('4. the form still makes the account, or says at each field what is wrong', async ({
    page,
    freshUser,
  }) => {
    await page.goto('/register?next=/account')
    const { username, email, password, submit } = findForm(page)
    await username.fill(freshUser.username)
    await email.fill('quay@example.com')
    await password.fill('too short')
    await submit.click()
    await expect(page.getByRole('alert')).toHaveText('Correct the fields marked below.')
    await expect(password).toHaveAccessibleDescription(/at least 15 characters/)
    await expect(password).toHaveValue('')
    await expect(email).toHaveValue('quay@example.com')
    await username.fill(`${freshUser.username}-4`)
    await password.fill(passphrase)
    await password.press('Enter')
    await expect(page).toHaveURL('/without-scripts')
    await expect(page.getByText(`${freshUser.username}-4`)).toBeVisible()
  })
})
