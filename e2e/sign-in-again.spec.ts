// A session that ends over unsaved work: signed in again in place, with nothing lost (ui.md 31, 32).

import type { Page } from 'playwright/test'
import { operator } from '../server/testing/operator.ts'
import { expect, test } from './support/fixtures.ts'
import { answerSignIn, answerTruly, trpcError } from './support/pages/sign-in-form.ts'

// As a browser translates them: their words stay, their text nodes do not.
test.use({ translated: true })

/** Longer than a browser's session may be idle. */
const idleLimitMs = 31 * 60_000

test('ui.md 31: the page stays, and an unsent request is sent once after signing in', async ({
  page,
  signIn,
  server,
  freshUser,
}) => {
  const calls = countRequests(page, /account\.updateProfile|auth\.refresh/)
  await signIn(page, freshUser)
  await typeName(page)
  calls.clear()
  server.clock.advance(idleLimitMs)
  await page.getByRole('button', { name: 'Save profile' }).click()

  const dialog = findDialog(page)
  await expect(dialog.heading).toBeVisible()
  await expect(dialog.username).toHaveValue(freshUser.username)
  await expect(dialog.username).not.toBeEditable()
  await expect(dialog.username).toHaveAttribute('autocomplete', 'username')
  await expect(dialog.password).toBeFocused()
  await expect(dialog.password).toHaveAttribute('autocomplete', 'current-password')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')

  await answerSignIn(page, trpcError(429, { reason: 'too_many_requests', retry_after: 1 }))
  await dialog.submit(freshUser.password)
  await expect(dialog.alert).toHaveText(/Too many attempts/)
  await expect(dialog.alert).toHaveText('You can try again now.')
  await answerTruly(page)
  await page.route('**/trpc/auth.login', (route) => route.abort())
  await dialog.submit(freshUser.password)
  await expect(dialog.alert).toHaveText(/can’t be reached/)
  await answerTruly(page)
  await dialog.submit('not the password')
  await expect(dialog.alert).toHaveText(/Incorrect username, email/)
  await expect(dialog.password).toBeFocused()
  await expect(dialog.password).toHaveValue('')

  await dialog.submit(freshUser.password)
  await expect(page.getByText('Profile saved.')).toBeVisible()
  await expect(page).toHaveURL('/account')
  expect((await server.services.users.findById(freshUser.id))?.fullName).toBe('Ada')
  // Refused, and once more; one refresh that was refused, and one that found the new session.
  expect(calls.count('account.updateProfile')).toBe(2)
  expect(calls.count('auth.refresh')).toBe(2)
})

test('where the browser does not keep the cookie, the page says so, and nothing that was typed is lost', async ({
  page,
  context,
  signIn,
  server,
  freshUser,
}) => {
  await signIn(page, freshUser)
  await typeName(page)
  server.clock.advance(idleLimitMs)
  await page.getByRole('button', { name: 'Save profile' }).click()
  const dialog = findDialog(page)
  await expect(dialog.heading).toBeVisible()
  await page.route('**/trpc/auth.refresh', async (route) => {
    await context.clearCookies()
    await route.continue()
  })
  await dialog.submit(freshUser.password)
  await expect(dialog.alert).toContainText('blocked the sign-in cookie. Allow cookies')
  await page.unroute('**/trpc/auth.refresh')
  await dialog.submit(freshUser.password)
  await expect(page.getByText('Profile saved.')).toBeVisible()
})

test('ui.md 32: where another user signs in, the page starts over and nothing is sent', async ({
  page,
  signIn,
  server,
  freshUser,
  makeUser,
}) => {
  const other = await makeUser()
  await signIn(page, freshUser)
  await typeName(page)
  server.clock.advance(idleLimitMs)
  await page.getByRole('button', { name: 'Save profile' }).click()
  const dialog = findDialog(page)
  await dialog.root.getByRole('button', { name: 'Use another account' }).click()
  await expect(dialog.username).toBeFocused()
  await dialog.username.fill(other.username)
  await dialog.submit(other.password)

  await expect(page.getByRole('button', { name: `${other.username}, account menu` })).toBeVisible()
  await expect(page.getByLabel('Full name')).not.toHaveValue('Ada')
  for (const { id } of [freshUser, other]) {
    expect((await server.services.users.findById(id))?.fullName).not.toBe('Ada')
  }
})

test('ui.md 31: a session with rememberMe is persistent again, and no other is', async ({
  page,
  loginAs,
  server,
  freshUser,
  makeUser,
}) => {
  const other = await makeUser()
  for (const { rememberMe, as } of [
    { rememberMe: true, as: freshUser },
    { rememberMe: false, as: freshUser },
    { rememberMe: true, as: other },
  ]) {
    await loginAs(page, freshUser, { rememberMe })
    await typeName(page, `Ada ${rememberMe} ${as.username}`)
    await server.services.userAdministration.endSessions(freshUser.id, operator)
    await page.getByRole('button', { name: 'Save profile' }).click()
    const dialog = findDialog(page)
    if (as === other) {
      await dialog.root.getByRole('button', { name: 'Use another account' }).click()
      await dialog.username.fill(other.username)
    }
    await dialog.submit(as.password)
    await expect(dialog.root).toBeHidden()
    const cookies = await page.context().cookies()
    const { expires } = cookies.find(({ name }) => /keycard$/.test(name)) ?? {}
    // -1: it ends with the browser.
    expect(Math.sign(expires ?? 0)).toBe(rememberMe && as === freshUser ? 1 : -1)
  }
})

test('the page gives way to the sign-in page where the user cancels, or nothing was typed', async ({
  page,
  signIn,
  server,
  freshUser,
}) => {
  await signIn(page, freshUser)
  await typeName(page)
  server.clock.advance(idleLimitMs)
  await page.getByRole('button', { name: 'Save profile' }).click()
  await page.getByRole('button', { name: 'Leave without saving' }).click()
  await expect(page).toHaveURL('/login?reason=expired&next=%2Faccount')

  await signIn(page, freshUser)
  await page.goto('/account')
  await page.getByLabel('Full name').click()
  server.clock.advance(idleLimitMs)
  await page.reload()
  await expect(page).toHaveURL('/login?reason=expired&next=%2Faccount')
})

test('signing in in another tab lets the page go on, with the focus where it was', async ({
  page,
  context,
  signIn,
  server,
  freshUser,
}) => {
  await page.clock.install()
  await signIn(page, freshUser)
  await typeName(page)
  const email = page.getByRole('main').getByLabel('Email')
  await email.press('x')
  server.clock.advance(idleLimitMs)
  await page.clock.fastForward(idleLimitMs)
  await expect(findDialog(page).heading).toBeVisible()
  await signIn(await context.newPage(), freshUser)
  await expect(findDialog(page).root).toBeHidden()
  await expect(email).toBeFocused()
  await expect(email).toHaveValue(/x/)
  await expect(page.getByLabel('Full name')).toHaveValue('Ada')
})

async function typeName(page: Page, name = 'Ada'): Promise<void> {
  await page.goto('/account')
  await page.getByLabel('Full name').fill(name)
}

function findDialog(page: Page) {
  const root = page.getByRole('dialog', { name: 'Sign in to carry on' })
  const password = root.getByLabel('Password', { exact: true })
  return {
    root,
    heading: root.getByRole('heading'),
    username: root.getByLabel('Username'),
    password,
    alert: root.getByRole('alert'),
    async submit(text: string) {
      await password.fill(text)
      await root.getByRole('button', { name: 'Sign in' }).click()
    },
  }
}

function countRequests(page: Page, pattern: RegExp) {
  let names: string[] = []
  page.on('request', (request) => {
    const [name] = pattern.exec(request.url()) ?? []
    if (name) names.push(name)
  })
  return {
    count: (name: string) => names.filter((other) => other === name).length,
    clear: () => {
      names = []
    },
  }
}
