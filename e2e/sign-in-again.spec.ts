// A session that ends over unsaved work: signed in again in place, with nothing lost (ui.md 31, 32).

import type { Page } from 'playwright/test'
import { operator } from '../server/testing/operator.ts'
import { expect, test } from './support/fixtures.ts'
import { answerSignIn, answerTruly, trpcError } from './support/pages/sign-in-form.ts'

/** Longer than a browser's session may be idle. */
const idleLimitMs = 31 * 60_000

test('ui.md 31: the page stays, and an unsent request is sent once after signing in', async ({
  page,
  signIn,
  server,
  freshUser,
}) => {
  const calls = countRequests(page, /items\.create|auth\.refresh/)
  await signIn(page, freshUser)
  await typeItem(page)
  calls.clear()
  server.clock.advance(idleLimitMs)
  await page.getByRole('button', { name: 'Add item' }).click()

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
  await expect(dialog.alert).toHaveText(/don’t match/)
  await expect(dialog.password).toBeFocused()
  await expect(dialog.password).toHaveValue('')

  await dialog.submit(freshUser.password)
  await expect(page.getByRole('button', { name: 'Edit Milk' })).toBeVisible()
  await expect(page).toHaveURL('/items')
  expect(await listTitles()).toEqual(['Milk'])
  // Refused, and once more; one refresh that was refused, and one that found the new session.
  expect(calls.count('items.create')).toBe(2)
  expect(calls.count('auth.refresh')).toBe(2)

  async function listTitles() {
    const { items } = await server.services.items.list(freshUser.id, { limit: 10 })
    return items.map(({ title }) => title)
  }
})

test('where the browser does not keep the cookie, the page says so, and nothing that was typed is lost', async ({
  page,
  context,
  signIn,
  server,
  freshUser,
}) => {
  await signIn(page, freshUser)
  await typeItem(page)
  server.clock.advance(idleLimitMs)
  await page.getByRole('button', { name: 'Add item' }).click()
  const dialog = findDialog(page)
  await expect(dialog.heading).toBeVisible()
  await page.route('**/trpc/auth.refresh', async (route) => {
    await context.clearCookies()
    await route.continue()
  })
  await dialog.submit(freshUser.password)
  await expect(dialog.alert).toContainText('did not rememberMe the sign-in cookie. Allow cookies')
  await page.unroute('**/trpc/auth.refresh')
  await dialog.submit(freshUser.password)
  await expect(page.getByRole('button', { name: 'Edit Milk' })).toBeVisible()
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
  await typeItem(page)
  server.clock.advance(idleLimitMs)
  await page.getByRole('button', { name: 'Add item' }).click()
  const dialog = findDialog(page)
  await dialog.root.getByRole('button', { name: 'Use another account' }).click()
  await expect(dialog.username).toBeFocused()
  await dialog.username.fill(other.username)
  await dialog.submit(other.password)

  await expect(page.getByRole('button', { name: `${other.username}, account menu` })).toBeVisible()
  await expect(page.getByLabel('Title')).toBeHidden()
  for (const { id } of [freshUser, other]) {
    expect((await server.services.items.list(id, { limit: 10 })).items).toEqual([])
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
    await page.goto('/items')
    await typeItem(page)
    await server.services.userAdministration.endSessions(freshUser.id, operator)
    await page.getByRole('button', { name: 'Add item' }).click()
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
  await typeItem(page)
  server.clock.advance(idleLimitMs)
  await page.getByRole('button', { name: 'Add item' }).click()
  await page.getByRole('button', { name: 'Leave without saving' }).click()
  await expect(page).toHaveURL('/login?reason=expired&next=%2Fitems')

  await signIn(page, freshUser)
  await page.getByRole('button', { name: 'New item' }).click()
  server.clock.advance(idleLimitMs)
  await page.getByRole('link', { name: 'Account' }).click()
  await page.getByRole('link', { name: 'Items' }).click()
  await page.reload()
  await expect(page).toHaveURL('/login?reason=expired&next=%2Fitems')
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
  await typeItem(page)
  const description = page.getByLabel('Description')
  await description.press('x')
  server.clock.advance(idleLimitMs)
  await page.clock.fastForward(idleLimitMs)
  await expect(findDialog(page).heading).toBeVisible()
  await signIn(await context.newPage(), freshUser)
  await expect(findDialog(page).root).toBeHidden()
  await expect(description).toBeFocused()
  await expect(description).toHaveValue('x')
  await expect(page.getByLabel('Title')).toHaveValue('Milk')
})

async function typeItem(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New item' }).click()
  await page.getByLabel('Title').fill('Milk')
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
