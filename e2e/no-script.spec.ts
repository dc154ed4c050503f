// Without scripts: signing in still works, and the app says what it needs.

import { productName, signInHeading } from '../server/contract/brand.ts'
import { homePath } from '../server/contract/pages.ts'
import { expect, test } from './support/fixtures.ts'
import { findSignInForm } from './support/pages/sign-in-form.ts'
import { findHtmlFaults } from './support/pages/valid-html.ts'

test.use({ javaScriptEnabled: false })

test('4. Enter posts the form, and 303 leads to next', async ({ page, context, freshUser }) => {
  await page.goto('/login?next=%2Faccount%3Fa%3Db')
  const { username, password } = findSignInForm(page)
  await username.fill(freshUser.username)
  await password.fill(freshUser.password)
  const answered = page.waitForResponse((response) => response.request().method() === 'POST')
  await password.press('Enter')
  const answer = await answered
  expect(new URL(answer.url()).pathname).toBe('/login')
  expect(answer.status()).toBe(303)
  expect(answer.headers().location).toBe('/account?a=b')
  await expect(page).toHaveURL('/without-scripts')
  const attributes = { httpOnly: true, secure: false, sameSite: 'Strict', path: '/' }
  expect(await context.cookies()).toMatchObject([
    // Nothing was ticked: it ends with the browser.
    { name: 'keycard', expires: -1, ...attributes },
    { name: 'keycard-device', ...attributes },
  ])
})

test('4. a wrong password brings the page again with 401, with the name and next kept', async ({
  page,
  context,
  freshUser,
}) => {
  await page.goto('/login?next=/account')
  const { username, password, alert } = findSignInForm(page)
  await username.fill(freshUser.username)
  await password.fill('wrong')
  const answered = page.waitForResponse((response) => response.request().method() === 'POST')
  await password.press('Enter')
  expect((await answered).status()).toBe(401)
  await expect(alert).toHaveText('Incorrect username, email or password.')
  await expect(page).toHaveTitle(`Error: ${signInHeading} · ${productName}`)
  await expect(username).toHaveValue(freshUser.username)
  await expect(password).toHaveValue('')
  expect(await context.cookies()).toEqual([])

  await password.fill(freshUser.password)
  await password.press('Enter')
  await expect(page).toHaveURL('/without-scripts')
})

test('4. Show, which could not work, is not there', async ({ page }) => {
  await page.goto('/login')
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
  await expect(page.getByText('Show')).toBeHidden()
})

test('4. the app says who is signed in and what it needs, and signs out', async ({
  page,
  loginAs,
  freshUser,
  server,
}) => {
  await page.goto(homePath)
  await expect(page).toHaveURL('/login')

  await loginAs(page, freshUser)
  await page.goto(homePath)
  await expect(page).toHaveURL('/without-scripts')
  await expect(page.getByRole('heading', { name: freshUser.username })).toBeVisible()
  await expect(page.getByText(`${productName} needs JavaScript`)).toBeVisible()
  expect(await findHtmlFaults(await page.content())).toEqual([])

  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page).toHaveURL('/login?reason=signed-out')
  expect(await server.services.sessions.countLive(freshUser.id)).toBe(0)
  await page.goBack()
  await expect(page.getByText(freshUser.username)).toBeHidden()
})

test('R70. another site’s form signs no one out', async ({ page, loginAs, freshUser, server }) => {
  await loginAs(page, freshUser)
  const { port } = new URL(server.url)
  await page.route(`http://other.test:${port}/`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<form method="post" action="${server.url}/sign-out"><button>Go</button></form>`,
    }),
  )
  await page.goto(`http://other.test:${port}/`)
  const answered = page.waitForResponse(/sign-out/)
  await page.getByRole('button', { name: 'Go' }).click()
  expect((await answered).status()).toBe(403)
  expect(await server.services.sessions.countLive(freshUser.id)).toBe(1)
})
