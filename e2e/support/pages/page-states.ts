// The app's pages in each of their states: add an entry here, and every check of a page covers it.

import type { Page } from 'playwright/test'
import { productName } from '../../../server/contract/brand.ts'
import { homePath } from '../../../server/contract/pages.ts'
import type { Role } from '../../../server/contract/scopes.ts'
import { insertRows } from '../../../server/db/writes/insert-rows.ts'
import type { Services } from '../../../server/services.ts'
import { expect, type TestUser } from '../fixtures.ts'

export interface PageState {
  /** The signed-in, fresh user who looks at it. */
  role: Role
  /** Creates what the page shall show, opens it, and waits until it is complete. */
  open(page: Page, user: TestUser, services: Services): Promise<void>
}

export const pageStates: Record<string, PageState> = {
  'The app, on its way': {
    role: 'user',
    async open(page) {
      await page.route('**/trpc/auth.refresh', () => {})
      await page.goto(homePath)
      await expect(page.locator('.waiting')).toHaveCSS('opacity', '1')
    },
  },
  'The app, without an answer': {
    role: 'user',
    async open(page) {
      await page.route('**/trpc/auth.refresh', (route) => route.abort())
      await page.goto(homePath)
      await expect(page.getByText(`${productName} can’t be reached.`)).toBeVisible()
    },
  },
  'Signing in again over a page': {
    role: 'user',
    async open(page) {
      await page.route('**/trpc/account.updateProfile*', (route) =>
        route.fulfill({ status: 401, json: expired }),
      )
      await page.goto('/account')
      await page.getByLabel('Full name').fill('Ada')
      await page.context().clearCookies()
      await page.getByRole('button', { name: 'Save profile' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click()
      await expect(page.getByText('Enter your password.')).toBeVisible()
    },
  },
  Offline: {
    role: 'user',
    async open(page) {
      await page.goto(homePath)
      await expect(page.getByRole('navigation')).toBeVisible()
      await page.context().setOffline(true)
      await expect(page.getByText('You’re offline.')).toBeVisible()
    },
  },
  'A page, on its way': {
    role: 'user',
    async open(page) {
      await page.route('**/assets/account-page-*.js', () => {})
      await page.goto('/account', { waitUntil: 'commit' })
      await expect(page.getByRole('navigation')).toBeVisible()
      await expect(page.locator('.waiting')).toHaveCSS('opacity', '1')
    },
  },
  'A page, without its code': {
    role: 'user',
    async open(page) {
      await page.route('**/assets/account-page-*.js', (route) => route.abort())
      await page.goto('/account')
      await expect(page.getByRole('button', { name: 'Reload' })).toBeVisible()
    },
  },
  'A page that does not exist': {
    role: 'user',
    async open(page) {
      await page.goto('/account')
      // As a link in the app would lead there: the server itself has no page at such a path.
      await page.evaluate(() => history.pushState(null, '', '/nowhere'))
      await expect(page.getByText('Check the address for a typing error.')).toBeVisible()
    },
  },
  Account: {
    role: 'user',
    async open(page) {
      await page.goto('/account')
      await expect(page.getByRole('main').getByText('Member since')).toBeVisible()
    },
  },
  'Account, a new password refused': {
    role: 'user',
    async open(page, user) {
      await page.goto('/account')
      const password = page.getByRole('region', { name: 'Password' })
      await password.getByLabel('Current password').fill(user.password)
      await password.getByLabel('New password').fill('too short')
      await password.getByRole('button', { name: 'Change password' }).click()
      await expect(password.getByLabel('New password')).toHaveAttribute('aria-invalid', 'true')
    },
  },
  'Account, asking before it is deleted': {
    role: 'user',
    async open(page) {
      await page.goto('/account')
      await page.getByRole('button', { name: 'Delete account…' }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
    },
  },
  'Account, asking who is there': {
    role: 'user',
    async open(page, user, { database }) {
      await page.goto('/account')
      const download = page.getByRole('button', { name: 'Download a copy' })
      await expect(download).toBeVisible()
      await database.kysely
        .updateTable('sessions')
        .set({ proved_at_ms: 0 })
        .where('user_id', '=', user.id)
        .execute()
      await download.click()
      await expect(page.getByRole('dialog').getByLabel('Your password')).toBeFocused()
    },
  },
  'Sessions, no others': {
    role: 'user',
    async open(page) {
      await page.goto('/sessions')
      await expect(page.getByText('No other sessions')).toBeVisible()
    },
  },
  'Sessions, with one on a new device': {
    role: 'user',
    async open(page, user, services) {
      await signInElsewhere(user, services)
      await page.goto('/sessions')
      await expect(page.getByText('Was this you?')).toBeVisible()
      // The page asks: nothing else does.
      await expect(page.getByRole('complementary', { name: 'Security notices' })).toBeHidden()
    },
  },
  'Sessions, asking before they are all ended': {
    role: 'user',
    async open(page, user, services) {
      await signInElsewhere(user, services)
      await page.goto('/sessions')
      await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
    },
  },
  'Activity, and a notice over it': {
    role: 'user',
    async open(page, user, services) {
      await signInElsewhere(user, services)
      await page.goto('/activity')
      await expect(page.getByRole('list', { name: /^Activity, / })).toBeVisible()
      await expect(page.getByRole('complementary', { name: 'Security notices' })).toBeVisible()
    },
  },
  'Activity, on its way': {
    role: 'user',
    async open(page) {
      await page.route('**/trpc/activity.list*', () => {})
      await page.goto('/activity')
      await expect(page.locator('.skeleton')).toHaveCSS('opacity', '1')
    },
  },
  'The account menu': {
    role: 'user',
    async open(page) {
      await page.goto(homePath)
      await expect(page.getByRole('navigation')).toBeVisible()
      await page.getByRole('button', { name: /account menu$/ }).click()
      await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
    },
  },
  'No access': {
    role: 'user',
    async open(page) {
      await page.goto('/users')
      await expect(page.getByRole('heading', { level: 1 })).toContainText('don’t have access')
    },
  },
  Users: {
    role: 'admin',
    async open(page) {
      await page.goto('/users')
      await expect(page.getByRole('table')).toBeVisible()
    },
  },
  'Users, with what can be done to one': {
    role: 'admin',
    async open(page, user) {
      await page.goto(`/users?search=${user.username}`)
      await page.getByRole('button', { name: `Actions for ${user.username}` }).click()
      await expect(page.getByRole('button', { name: 'Change role' })).toBeVisible()
    },
  },
  'Users, making one that is refused': {
    role: 'admin',
    async open(page) {
      await page.goto('/users')
      await page.getByRole('button', { name: 'New user' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Username').fill('a')
      await dialog.getByLabel('Password', { exact: true }).fill('too short')
      await dialog.getByRole('button', { name: 'Create user' }).click()
      await expect(dialog.getByLabel('Username')).toHaveAttribute('aria-invalid', 'true')
    },
  },
  'A user, with sessions and wrong passwords': {
    role: 'admin',
    async open(page, user, services) {
      await signInElsewhere(user, services)
      for (let time = 0; time < 2; time += 1) {
        const wrong = { ...user, password: 'not the password' }
        await signInElsewhere(wrong, services).catch(() => undefined)
      }
      await page.goto(`/users/${user.id}`)
      await expect(page.getByRole('list', { name: 'Sessions' })).toBeVisible()
      await expect(page.getByRole('list', { name: 'Activity' })).toBeVisible()
      await expect(page.getByText('2 wrong passwords').first()).toBeVisible()
    },
  },
  'A user that does not exist': {
    role: 'admin',
    async open(page) {
      await page.goto('/users/nobody')
      await expect(page.getByText('The account may have been deleted.')).toBeVisible()
    },
  },
  'A user, asking before they are deleted': {
    role: 'admin',
    async open(page, _user, services) {
      const { id } = await services.users.create({
        username: `gone-${Date.now().toString(36)}`,
        ...{ email: null, fullName: null, role: 'user', disabled: false },
        ...{ password: { hash: 'none', keyId: null }, isDemo: false },
      })
      await page.goto(`/users/${id}`)
      await page.getByRole('button', { name: 'Delete user…' }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
    },
  },
  'Users, nobody found': {
    role: 'admin',
    async open(page) {
      await page.goto('/users?search=nobody-at-all')
      await expect(page.getByRole('heading', { name: /^No users found/ })).toBeVisible()
    },
  },
  'Users, more than can be listed': {
    role: 'admin',
    async open(page, user, { database }) {
      const word = `crowd${user.username}`
      const keys = Array.from({ length: 10_001 }, (_, index) => ({
        key: `${word} ${index}\n${user.username}\n ${word}`,
        user_id: user.id,
      }))
      await database.runAtomically(insertRows(database.engine, 'user_search_keys', keys))
      await page.goto(`/users?search=${word}`)
      await expect(page.getByText('Too many match to list them all').last()).toBeVisible()
      await expect(page.getByRole('table')).toBeVisible()
    },
  },
  'Users, on their way': {
    role: 'admin',
    async open(page) {
      await page.route('**/trpc/users.list*', () => {})
      await page.goto('/users')
      await expect(page.locator('.skeleton')).toHaveCSS('opacity', '1')
    },
  },
  'Users, past the last page': {
    role: 'admin',
    async open(page) {
      await page.goto('/users?page=499')
      await expect(page.getByText('There is no page 499')).toBeVisible()
    },
  },
  'Overview, with a locked account': {
    role: 'admin',
    async open(page, user, services) {
      await services.auditLog.record('sign_in_closed', { userId: user.id })
      await services.auditLog.record('refresh_token_reused', { userId: user.id })
      await page.goto('/overview')
      await expect(page.getByRole('list', { name: 'Needs looking at' })).toBeVisible()
      await page.getByText('Show as a table').first().click()
    },
  },
  'Audit log, an entry opened': {
    role: 'admin',
    async open(page) {
      await page.goto('/audit')
      await page.getByRole('list', { name: 'Entries' }).locator('summary').first().click()
      await expect(page.getByText('User agent').first()).toBeVisible()
    },
  },
  'Audit log, nothing found': {
    role: 'admin',
    async open(page) {
      await page.goto('/audit?user=nobody-at-all')
      await expect(page.getByRole('heading', { name: 'Nothing found' })).toBeVisible()
    },
  },
}

const refusal = { code: 'UNAUTHORIZED', httpStatus: 401, reason: 'token_expired' }
const expired = [{ error: { message: 'Token has expired', code: -32001, data: refusal } }]

/** On a phone, at the same time. */
async function signInElsewhere(user: TestUser, services: Services): Promise<void> {
  await services.passwordGrant({
    username: user.username,
    password: user.password,
    scope: undefined,
    client: services.clients.web,
    transport: 'bearer',
    device: { address: '203.0.113.24', userAgent: 'curl/8.5.0' },
  })
}
