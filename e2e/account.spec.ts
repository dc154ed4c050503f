// The account page confirms each change, asks for the password where it matters, and loses nothing typed.

import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright/test'
import { productName, productSlug } from '../server/contract/brand.ts'
import { homePath } from '../server/contract/pages.ts'
import { expect, type TestUser, test } from './support/fixtures.ts'
import { proveDialog } from './support/pages/prove-dialog.ts'

// As a browser translates them: their words stay, their text nodes do not.
test.use({ translated: true })

const better = 'seven quiet harbours at dawn'
const sixMinutes = 6 * 60_000

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

async function signInByForm(page: Page, user: TestUser, password: string): Promise<void> {
  await page.getByLabel('Username or email').fill(user.username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

test('24, R60, R97. a new password is confirmed here, ends the other sessions, and is announced to them', async ({
  page,
  browser,
  server,
  signIn,
  freshUser,
}) => {
  const elsewhere = await browser.newContext({ baseURL: server.url, locale: 'en-GB' })
  const other = await elsewhere.newPage()
  await signIn(other, freshUser)
  await signIn(page, freshUser)
  await page.goto('/account')

  const form = section(page, 'Password')
  const [current, next] = [form.getByLabel('Current password'), form.getByLabel('New password')]
  await expect(form.locator('input[name=username]')).toHaveValue(freshUser.username)
  await expect(current).toHaveAttribute('autocomplete', 'current-password')
  await expect(next).toHaveAttribute('autocomplete', 'new-password')
  await expect(next).toHaveAccessibleDescription(/^15 characters or more\./)

  await current.fill('not this one')
  await next.fill('too short')
  await form.getByRole('button', { name: 'Change password' }).click()
  await expect(next).toBeFocused()
  await expect(next).toHaveAccessibleDescription(/^New password must have at least 15 characters/)
  await next.fill(better)
  await next.press('Enter')
  await expect(current).toBeFocused()
  await expect(current).toHaveAccessibleDescription('Incorrect password.')
  await expect(next).toHaveValue(better)
  await current.fill(freshUser.password)
  await current.press('Enter')
  await expect(form.getByRole('status')).toHaveText(
    'Password changed. 1 other session was signed out.',
  )
  await expect(next).toHaveValue('')
  await page.reload()
  await expect(section(page, 'Password')).toBeVisible()

  await other.goto('/account')
  await expect(other).toHaveURL(/\/login\?/)
  await signInByForm(other, freshUser, better)
  await expect(other).toHaveURL('/account')
  const notices = other.getByRole('complementary', { name: 'Security notices' })
  await expect(notices).toContainText('Your password was changed: Chrome on Linux')
  await notices.getByRole('link', { name: 'Change your password' }).click()
  await expect(section(other, 'Password').getByLabel('Current password')).toBeFocused()
  const tab = await elsewhere.newPage()
  await tab.goto('/activity')
  const inTab = tab.getByRole('complementary', { name: 'Security notices' })
  await expect(inTab).toBeVisible()
  await notices.getByRole('button', { name: 'Dismiss' }).click()
  await expect(notices).toBeHidden()
  await expect(inTab).toBeHidden()
  await other.reload()
  await expect(section(other, 'Password')).toBeVisible()
  await expect(notices).toBeHidden()
  await elsewhere.close()
})

test('R65. long after the sign-in a new address asks for the password in place, and everything typed stays', async ({
  page,
  server,
  signIn,
  freshUser,
  makeUser,
}) => {
  const { username: taken } = await makeUser()
  await server.services.database.kysely
    .updateTable('users')
    .set({ email: `${taken}@example.com`, email_key: `${taken}@example.com` })
    .where('username', '=', taken)
    .execute()
  await signIn(page, freshUser)
  server.clock.advance(sixMinutes)
  await page.goto('/account')
  const form = section(page, 'Profile')
  const [name, email] = [form.getByLabel('Full name'), form.getByLabel('Email')]
  const save = form.getByRole('button', { name: 'Save profile' })

  await name.fill('Grace Hopper')
  await save.click()
  await expect(form.getByRole('status')).toHaveText('Profile saved.')
  await expect(page.getByRole('heading', { name: 'Grace Hopper' })).toBeVisible()

  await name.fill(' Grace B. Hopper ')
  await email.fill(`${taken}@EXAMPLE.com`)
  await save.click()
  const dialog = proveDialog(page)
  await expect(dialog.password).toBeFocused()
  await expect(dialog.root).toHaveAccessibleDescription(/^Enter your password to continue/)
  await page.keyboard.press('Escape')
  await expect(form.getByRole('alert')).toHaveText(
    'Nothing was changed. Your password is needed for this. Nothing you typed is lost.',
  )
  await expect(name).toHaveValue(' Grace B. Hopper ')
  await save.click()
  await dialog.password.fill('not this one')
  await dialog.password.press('Enter')
  await expect(dialog.password).toHaveAccessibleDescription('Incorrect password.')
  await dialog.password.fill(freshUser.password)
  await dialog.password.press('Enter')
  await expect(email).toBeFocused()
  await expect(email).toHaveAccessibleDescription('Email is taken: choose another one.')

  await email.fill(`${freshUser.username}@example.com`)
  await save.click()
  await expect(form.getByRole('status')).toHaveText('Profile saved.')
  await expect(dialog.root).toBeHidden()
  await expect(name).toHaveValue('Grace B. Hopper')
  await page.reload()
  await expect(email).toHaveValue(`${freshUser.username}@example.com`)
})

test('typed text stays when the server cannot be reached, and is saved afterwards', async ({
  page,
  signIn,
  freshUser,
}) => {
  await signIn(page, freshUser)
  await page.goto('/account')
  const form = section(page, 'Profile')
  await page.route('**/trpc/account.updateProfile*', (route) => route.abort())
  await form.getByLabel('Full name').fill('Ada Lovelace')
  await form.getByRole('button', { name: 'Save profile' }).click()
  await expect(form.getByRole('alert')).toHaveText(
    `${productName} can’t be reached. Check your connection and try again. Nothing you typed is lost.`,
  )
  await expect(form.getByLabel('Full name')).toHaveValue('Ada Lovelace')
  await page.unroute('**/trpc/account.updateProfile*')
  await form.getByRole('button', { name: 'Save profile' }).click()
  await expect(form.getByRole('status')).toHaveText('Profile saved.')
  await form.getByRole('button', { name: 'Save profile' }).click()
  await expect(form.getByRole('status')).toHaveText('No changes to save.')
})

test('the export comes as a file, with the password where the sign-in is old', async ({
  page,
  server,
  signIn,
  freshUser,
}) => {
  await signIn(page, freshUser)
  server.clock.advance(sixMinutes)
  await page.goto('/account')
  const form = section(page, 'Your data')
  await form.getByRole('button', { name: 'Download a copy' }).click()
  const { password } = proveDialog(page)
  await expect(password).toBeFocused()
  await password.fill(freshUser.password)
  const downloading = page.waitForEvent('download')
  await password.press('Enter')
  const download = await downloading
  expect(download.suggestedFilename()).toBe(`${productSlug}-${freshUser.username}.json`)
  const data = JSON.parse(await readFile(await download.path(), 'utf8'))
  expect(data).toMatchObject({
    profile: { username: freshUser.username },
    sessions: [{ client_id: 'keycard-web' }],
  })
  await expect(form.getByRole('status')).toHaveText(/^Downloaded\./)
})

test('a file of more than one page holds every row, and no trace of the paging', async ({
  page,
  server,
  signIn,
  freshUser,
}) => {
  const reasons = Array.from({ length: 1_100 }, (_, number) => `reason ${number}`)
  for (const why of reasons) {
    await server.services.auditLog.record('profile_changed', { userId: freshUser.id, why })
  }
  await signIn(page, freshUser)
  await page.goto('/account')
  const downloading = page.waitForEvent('download')
  await section(page, 'Your data').getByRole('button', { name: 'Download a copy' }).click()
  const data = JSON.parse(await readFile(await (await downloading).path(), 'utf8'))
  const held = data.activity.map(({ why }: { why: string | null }) => why)
  expect(held).toEqual(expect.arrayContaining(reasons))
  expect(Object.keys(data)).not.toContain('next_cursor')
})

test('the account is deleted with the password, in every tab, and the sign-in page says so', async ({
  page,
  context,
  signIn,
  freshUser,
}) => {
  await signIn(page, freshUser)
  const otherTab = await context.newPage()
  await otherTab.goto(homePath)
  await expect(otherTab.getByRole('navigation')).toBeVisible()
  await page.goto('/account')
  const open = page.getByRole('button', { name: 'Delete account…' })
  const dialog = page.getByRole('dialog', { name: 'Delete your account?' })
  await open.click()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(open).toBeFocused()

  await open.click()
  const confirm = dialog.getByRole('button', { name: 'Delete account' })
  await confirm.click()
  await expect(dialog.getByLabel('Current password')).toHaveAccessibleDescription(
    'Enter your current password.',
  )
  await dialog.getByLabel('Current password').fill('not this one')
  await confirm.click()
  await expect(dialog.getByLabel('Current password')).toHaveAccessibleDescription(
    'Incorrect password.',
  )
  await dialog.getByLabel('Current password').fill(freshUser.password)
  await confirm.click()
  await expect(page).toHaveURL('/login?reason=deleted')
  await expect(page.getByRole('alert')).toHaveText('Your account and its data were deleted.')
  await expect(otherTab).toHaveURL(/\/login/)
  expect((await context.cookies()).map(({ name }) => name)).toEqual(['keycard-device'])
  await signInByForm(page, freshUser, freshUser.password)
  await expect(page.getByRole('alert')).toHaveText(/Incorrect username, email/)
})

test('28. the well-known address leads to the password, through the sign-in where that is needed', async ({
  page,
  freshUser,
}) => {
  await page.goto('/.well-known/change-password')
  await expect(page).toHaveURL(/\/login\?/)
  await signInByForm(page, freshUser, freshUser.password)
  await expect(page).toHaveURL('/account#password')
  await expect(section(page, 'Password').getByLabel('Current password')).toBeFocused()
  await expect(section(page, 'Password')).toBeInViewport()
})
