// The users page: anyone can be found, changes take effect elsewhere at once, and one admin stays.

import type { Page } from 'playwright/test'
import { homePath } from '../server/contract/pages.ts'
import type { AllServices } from '../server/services.ts'
import { expect, type TestUser, test } from './support/fixtures.ts'
import { proveDialog } from './support/pages/prove-dialog.ts'

// As a browser translates them: their words stay, their text nodes do not.
test.use({ translated: true })

test('37. search, order and page are in the address: reload and Back show what was there', async ({
  page,
  signIn,
  server,
}) => {
  const mark = `page${Date.now().toString(36)}`
  // No one signs in as these: a hash for each would take its time.
  for (let number = 10; number <= 31; number += 1) {
    await server.services.users.create({
      username: `${mark}-${number}`,
      email: null,
      fullName: `Person ${number}`,
      role: 'user',
      disabled: number === 10,
      password: { hash: 'none', keyId: null },
      isDemo: false,
    })
  }
  await signIn(page, 'admin')
  await page.getByRole('link', { name: 'Users' }).click()
  const rows = page.getByRole('rowheader')
  const search = page.getByRole('searchbox', { name: 'Search by name or email' })

  await search.pressSequentially(mark.toUpperCase())
  await expect(page.getByRole('caption')).toHaveText(`22 users for “${mark.toUpperCase()}”`)
  await expect(search).toBeFocused()
  await expect(page).toHaveURL(`/users?search=${mark.toUpperCase()}`)
  await expect(rows.first()).toContainText('Person 10')
  await expect(page.getByRole('row').filter({ hasText: 'Person 10' })).toContainText('Disabled')
  await expect(page.getByRole('row').filter({ hasText: 'Person 11' })).toContainText('Active')

  const joined = page.getByRole('columnheader', { name: 'Joined' })
  await joined.getByRole('button').click()
  await expect(joined).toHaveAttribute('aria-sort', 'descending')
  await expect(rows.first()).toContainText('Person 31')
  await page.getByRole('link', { name: 'Next' }).click()
  await expect(page.getByText('Page 2 of 2')).toBeVisible()
  await expect(rows).toHaveCount(2)
  await page.reload()
  await expect(rows).toHaveText([/Person 11/, /Person 10/])
  await expect(search).toHaveValue(mark.toUpperCase())

  await joined.getByRole('button').click()
  await expect(joined).toHaveAttribute('aria-sort', 'ascending')
  await expect(rows.first()).toContainText('Person 10')
  await page.goBack()
  await expect(rows).toHaveText([/Person 11/, /Person 10/])
  await page.goBack()
  await expect(page.getByText('Page 1 of 2')).toBeVisible()

  await search.fill(`${mark}-20`)
  await expect(rows).toHaveText([/Person 20/])
  await search.fill(`${mark}-nobody`)
  await expect(page.getByRole('heading', { name: 'No users found for' })).toBeVisible()
  await page.getByRole('link', { name: 'Show all users' }).click()
  await expect(search).toHaveValue('')
  await expect(page.getByRole('table')).toBeVisible()
})

test('role and state narrow the list and the search, and are in the address', async ({
  page,
  signIn,
  server,
}) => {
  const mark = `part${Date.now().toString(36)}`
  for (const [name, role, disabled] of [
    ['one', 'admin', false],
    ['two', 'user', true],
    ['six', 'user', false],
  ] as const) {
    await server.services.users.create({
      ...{ username: `${mark}-${name}`, email: null, fullName: null, role, disabled },
      ...{ password: { hash: 'none', keyId: null }, isDemo: false },
    })
  }
  await signIn(page, 'admin')
  await page.goto(`/users?search=${mark}`)
  const rows = page.getByRole('rowheader')
  await expect(rows).toHaveCount(3)
  await page.getByLabel('Role').selectOption('User')
  await expect(rows).toHaveText([/-six/, /-two/])
  await page.getByLabel('State').selectOption('Disabled')
  await expect(rows).toHaveText([/-two/])
  await expect(page).toHaveURL(`/users?search=${mark}&role=user&state=disabled`)
  await page.reload()
  await expect(rows).toHaveText([/-two/])
  await page.getByLabel('Role').selectOption('Admin')
  await expect(page.getByRole('heading', { name: 'No users found for' })).toBeVisible()
  await page.goBack()
  await expect(rows).toHaveText([/-two/])
})

test('a user is made with a password to hand over, and what was typed stays if it is refused', async ({
  page,
  signIn,
  browser,
  baseURL,
}) => {
  await signIn(page, 'admin')
  await page.goto('/users')
  await page.getByRole('button', { name: 'New user' }).click()
  const dialog = page.getByRole('dialog', { name: 'New user' })
  const username = `made-${Date.now().toString(36)}`
  await dialog.getByLabel('Username').fill('johndoe')
  await dialog.getByLabel('Full name').fill('Mary Made')
  await dialog.getByLabel('Email').fill('nope')
  await dialog.getByLabel('Password', { exact: true }).fill('short')
  await dialog.getByRole('button', { name: 'Create user' }).click()
  await expect(dialog.getByLabel('Email')).toBeFocused()
  await expect(dialog.getByLabel('Email')).toHaveAccessibleDescription(/email address/)
  await expect(dialog.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(
    /at least 15 characters/,
  )
  await dialog.getByLabel('Email').fill('')
  await dialog.getByRole('button', { name: 'Generate' }).click()
  const made = await dialog.getByLabel('Password', { exact: true }).inputValue()
  await expect(dialog.getByText('It isn’t shown again')).toBeVisible()
  await dialog.getByRole('button', { name: 'Create user' }).click()
  await expect(dialog.getByLabel('Username')).toHaveAccessibleDescription(/is taken/)
  await expect(dialog.getByLabel('Full name')).toHaveValue('Mary Made')
  await dialog.getByLabel('Username').fill(username)
  await dialog.getByRole('button', { name: 'Create user' }).click()
  await expect(page.getByText('Mary Made can sign in now.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'New user' })).toBeFocused()
  await expect(page.getByText(made)).toBeHidden()

  const other = await browser.newPage({ ...(baseURL && { baseURL }) })
  await signIn(other, { id: '', username, password: made })
  await expect(other).toHaveURL(homePath)
  await other.context().close()
})

test('R59: a disabled user is signed out in every browser at once, and can sign in once enabled', async ({
  page,
  signIn,
  makeUser,
  browser,
  baseURL,
}) => {
  const user = await makeUser()
  const other = await browser.newPage({ ...(baseURL && { baseURL }) })
  await signIn(other, user)
  await expect(other.getByText('Nothing here yet')).toBeVisible()

  await signIn(page, 'admin')
  await find(page, user)
  await expect(row(page, user)).toContainText('Active')
  await choose(page, user, 'Disable')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toHaveAccessibleDescription(/1 session ends now/)
  // The other window was the last to come to the front.
  await page.bringToFront()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(menuButton(page, user)).toBeFocused()
  await choose(page, user, 'Disable')
  await dialog.getByRole('button', { name: 'Disable' }).click()
  await expect(page.getByText(`${user.username} is disabled`)).toBeVisible()
  await expect(row(page, user)).toContainText('Disabled')
  await expect(menuButton(page, user)).toBeFocused()

  await other.reload()
  await expect(other).toHaveURL(/\/login\?reason=expired/)
  await choose(page, user, 'Enable')
  await expect(page.getByText(`${user.username} can sign in again.`)).toBeVisible()
  await signIn(other, user)
  await other.context().close()
})

test('R63: a demoted admin sees access denied at once', async ({
  page,
  signIn,
  makeUser,
  browser,
  baseURL,
}) => {
  const user = await makeUser({ role: 'admin' })
  const other = await browser.newPage({ ...(baseURL && { baseURL }) })
  await signIn(other, user)
  await other.goto('/users')
  await expect(other.getByRole('table')).toBeVisible()

  await signIn(page, 'admin')
  await find(page, user)
  await choose(page, user, 'Change role')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('radio', { name: /^User/ }).check()
  await dialog.getByRole('button', { name: 'Change role' }).click()
  await expect(page.getByText(`${user.username} is now: User.`)).toBeVisible()
  await expect(row(page, user).getByRole('cell').first()).toHaveText('User')

  await other.getByRole('searchbox').fill('anybody')
  await expect(other.getByRole('heading', { level: 1 })).toContainText('don’t have access')
  await other.context().close()
})

test('R60, R65: a new password wants the admin’s own, ends the sessions, and signs in', async ({
  page,
  signIn,
  loginAs,
  makeUser,
  browser,
  baseURL,
  server,
}) => {
  const user = await makeUser()
  const other = await browser.newPage({ ...(baseURL && { baseURL }) })
  await signIn(other, user)

  const admin = await loginAs(page, 'admin')
  server.clock.advance(6 * 60_000)
  await find(page, user)
  await choose(page, user, 'Set a password')
  const dialog = page.getByRole('dialog')
  const password = 'orchard lantern violet'
  await dialog.getByLabel('New password').fill(password)
  await dialog.getByRole('button', { name: 'Set a password' }).click()
  // The other window was the last to come to the front.
  await page.bringToFront()
  const prove = proveDialog(page)
  await expect(prove.password).toBeFocused()
  await expect(prove.root).toHaveAccessibleDescription(/^Enter your password to continue/)
  await page.keyboard.press('Escape')
  await expect(prove.root).toBeHidden()
  await expect(dialog.getByRole('alert')).toContainText('Nothing was changed')
  await expect(dialog.getByLabel('New password')).toHaveValue(password)
  await dialog.getByRole('button', { name: 'Set a password' }).click()
  await prove.password.fill('wrong')
  await prove.password.press('Enter')
  await expect(prove.password).toHaveAccessibleDescription('Incorrect password.')
  await prove.password.fill(admin.password)
  await prove.password.press('Enter')
  await expect(page.getByText('1 session was ended.')).toBeVisible()

  await other.reload()
  await expect(other).toHaveURL(/\/login\?reason=expired/)
  await signIn(other, { ...user, password })
  await expect(other).toHaveURL(homePath)

  // Signed out everywhere: the same, but the password stays.
  await page.reload()
  await choose(page, user, 'End sessions')
  await dialog.getByRole('button', { name: 'End 1 session' }).click()
  await expect(page.getByText(`1 session of ${user.username} ended.`)).toBeVisible()
  await other.reload()
  await expect(other).toHaveURL(/\/login\?reason=expired/)
  await other.context().close()
})

test('R65: one proof in place counts for what follows, also for what no dialog asks about', async ({
  page,
  loginAs,
  makeUser,
  server,
}) => {
  const user = await makeUser()
  const admin = await loginAs(page, 'admin')
  server.clock.advance(6 * 60_000)
  await find(page, user)
  await choose(page, user, 'Disable')
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
  const prove = proveDialog(page)
  await prove.password.fill(admin.password)
  await prove.root.getByRole('button', { name: 'Confirm' }).click()
  await expect(page.getByText(`${user.username} is disabled`)).toBeVisible()
  await choose(page, user, 'Enable')
  await expect(page.getByText(`${user.username} can sign in again.`)).toBeVisible()
  await expect(prove.root).toBeHidden()

  await closeToStrangers(server.services, user)
  await expect(signInFromAfar(server.services, user)).rejects.toMatchObject({
    reason: 'too_many_requests',
  })
  await choose(page, user, 'Unlock sign-in')
  await expect(page.getByText(`${user.username} can sign in from anywhere again.`)).toBeVisible()
  await expect(prove.root).toBeHidden()
  await signInFromAfar(server.services, user)

  server.clock.advance(6 * 60_000)
  await choose(page, user, 'Disable')
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
  await prove.password.fill(admin.password)
  await prove.password.press('Enter')
  await expect(row(page, user)).toContainText('Disabled')
  server.clock.advance(6 * 60_000)
  await choose(page, user, 'Enable')
  await expect(prove.password).toBeFocused()
  await prove.root.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText(`${user.username} was not enabled.`)).toBeVisible()
  await expect(row(page, user)).toContainText('Disabled')
})

test('38. the last admin stays, and the menu says why', async ({
  page,
  signIn,
  makeUser,
  server,
}) => {
  const { kysely } = server.services.database
  const setRole = (role: 'user' | 'admin', ids: readonly string[]) =>
    kysely.updateTable('users').set({ role }).where('id', 'in', ids).execute()
  const last = await makeUser({ role: 'admin' })
  const admins = await kysely
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .where('id', '!=', last.id)
    .execute()
  const others = admins.map(({ id }) => id)

  await signIn(page, last)
  await find(page, last)
  await menuButton(page, last).click()
  await expect(page.getByRole('button', { name: 'Change role' })).toBeEnabled()
  await expect(page.getByRole('button', { name: 'Disable' })).toHaveAccessibleDescription(
    'You can’t disable yourself. Another admin can.',
  )
  await page.keyboard.press('Escape')
  await expect(menuButton(page, last)).toBeFocused()

  await setRole('user', others)
  try {
    await page.reload()
    await menuButton(page, last).click()
    for (const name of ['Change role', 'Disable']) {
      const button = page.getByRole('button', { name })
      await expect(button).toHaveAttribute('aria-disabled', 'true')
      await expect(button).toHaveAccessibleDescription(/last admin who can sign in/)
      await button.click({ force: true })
    }
    await expect(page.getByRole('dialog')).toBeHidden()
  } finally {
    await setRole('admin', others)
  }
})

/** The list with no one else in it. */
async function find(page: Page, { username }: TestUser): Promise<void> {
  await page.goto(`/users?search=${username}`)
  await expect(page.getByRole('rowheader')).toHaveCount(1)
}

function row(page: Page, { username }: TestUser) {
  return page.getByRole('row').filter({ hasText: username })
}

function menuButton(page: Page, { username }: TestUser) {
  return page.getByRole('button', { name: `Actions for ${username}` })
}

async function choose(page: Page, user: TestUser, action: string): Promise<void> {
  await menuButton(page, user).click()
  await page.getByRole('button', { name: action, exact: true }).click()
}

/** As after eighty guesses in a row. */
async function closeToStrangers({ database, clock }: AllServices, { id }: TestUser): Promise<void> {
  const now = clock.now()
  const closed = { failures: 80, closed_until_ms: now, expires_at_ms: now + 1e9 }
  const counter = { key: `account:${id}`, ...closed }
  await database.kysely.insertInto('throttle_counters').values(counter).execute()
}

/** Within what the throttle allows: no password is checked. */
async function signInFromAfar({ loginThrottle }: AllServices, user: TestUser): Promise<void> {
  const device = { address: '198.51.100.7', userAgent: 'curl/8.5.0', deviceId: undefined }
  const attempt = { userId: user.id, login: user.username, device }
  const reserved = await (await loginThrottle.admit(attempt)).reserve()
  if (reserved !== 'pending') await reserved.release()
}
