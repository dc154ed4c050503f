// axe on every page of ours in its states, light and dark, wide and narrow; and no sideways scroll.

import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright/test'
import { expect, test } from './fixtures.ts'

const schemes = ['light', 'dark'] as const
const widths = [1280, 390, 320]

const data = { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500, path: 'items.list' }
const fault = [{ error: { message: 'Something went wrong on our side', code: -32603, data } }]

const refusal = { code: 'UNAUTHORIZED', httpStatus: 401, reason: 'token_expired' }
const expired = [{ error: { message: 'Token has expired', code: -32001, data: refusal } }]

/** Each goes to one page or state, for the user named with it. */
const states: Record<string, { role: 'user' | 'admin'; open: (page: Page) => Promise<void> }> = {
  'Items, empty': {
    role: 'user',
    open: (page) => expect(page.getByText('Nothing here yet')).toBeVisible(),
  },
  'Items, with a form and its error': {
    role: 'user',
    async open(page) {
      await page.getByRole('button', { name: 'New item' }).click()
      await page.getByRole('button', { name: 'Add item' }).click()
      await expect(page.getByText('Enter a title.')).toBeVisible()
    },
  },
  'Items, a list with one being edited': {
    role: 'user',
    async open(page) {
      await addItem(page, 'a'.repeat(200))
      await addItem(page, 'Milk')
      await page.getByRole('button', { name: 'Edit Milk' }).click()
    },
  },
  'Items, asking before deletion': {
    role: 'user',
    async open(page) {
      await addItem(page, 'Milk')
      await page.getByRole('button', { name: 'Delete Milk' }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
    },
  },
  'Items, not loaded': {
    role: 'user',
    async open(page) {
      await page.route('**/trpc/items.list*', (route) =>
        route.fulfill({ status: 500, json: fault }),
      )
      await page.reload()
      await expect(page.getByText('This didn’t load')).toBeVisible()
    },
  },
  'No answer at all': {
    role: 'user',
    async open(page) {
      await page.route('**/trpc/auth.refresh', (route) => route.abort())
      await page.reload()
      await expect(page.getByText('Keycard can’t be reached.')).toBeVisible()
    },
  },
  'Signing in again over a page': {
    role: 'user',
    async open(page) {
      await page.route('**/trpc/items.create*', (route) =>
        route.fulfill({ status: 401, json: expired }),
      )
      await page.getByRole('button', { name: 'New item' }).click()
      await page.getByLabel('Title').fill('Milk')
      await page.context().clearCookies()
      await page.getByRole('button', { name: 'Add item' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click()
      await expect(page.getByText('Enter your password.')).toBeVisible()
    },
  },
  Offline: {
    role: 'user',
    async open(page) {
      await expect(page.getByText('Nothing here yet')).toBeVisible()
      await page.context().setOffline(true)
      await expect(page.getByText('You’re offline.')).toBeVisible()
    },
  },
  Account: {
    role: 'user',
    async open(page) {
      await page.goto('/account')
      await expect(page.getByRole('main').getByText('Member since')).toBeVisible()
    },
  },
  'The account menu': {
    role: 'user',
    async open(page) {
      await page.getByRole('button', { name: /account menu$/ }).click()
      await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
    },
  },
  'A closed door': {
    role: 'user',
    async open(page) {
      await page.goto('/users')
      await expect(page.getByRole('heading', { level: 1 })).toContainText('does not open')
    },
  },
  Users: {
    role: 'admin',
    async open(page) {
      await page.goto('/users')
      await expect(page.getByRole('table')).toBeVisible()
    },
  },
  'Users, past the last page': {
    role: 'admin',
    async open(page) {
      await page.goto('/users?page=999')
      await expect(page.getByText('There is no page 999')).toBeVisible()
    },
  },
}

for (const [name, { role, open }] of Object.entries(states)) {
  for (const colorScheme of schemes) {
    test(`${name}, ${colorScheme}: axe finds nothing, and nothing scrolls sideways`, async ({
      page,
      signIn,
      makeUser,
    }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await signIn(page, await makeUser({ role }))
      await open(page)
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 })
        await expectAccessible(page)
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
      }
    })
  }
}

test('navigation moves the focus to the heading and names the tab', async ({
  page,
  signIn,
  freshUser,
}) => {
  await signIn(page, freshUser)
  await expect(page).toHaveTitle('Items · Keycard')
  await page.getByRole('link', { name: 'Account' }).click()
  await expect(page.getByRole('heading', { name: 'Account', level: 1 })).toBeFocused()
  await expect(page).toHaveTitle('Account · Keycard')
  await page.goBack()
  await expect(page.getByRole('heading', { name: 'Items', level: 1 })).toBeFocused()
  await expect(page).toHaveTitle('Items · Keycard')
})

test('the skip link is the first stop, and leads to the content', async ({
  page,
  signIn,
  freshUser,
}) => {
  await signIn(page, freshUser)
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
})

test('nothing scrolls sideways right to left, nor with wide text spacing', async ({
  page,
  signIn,
  makeUser,
}) => {
  await page.setViewportSize({ width: 320, height: 900 })
  await signIn(page, await makeUser({ role: 'admin' }))
  for (const path of ['/items', '/account', '/users']) {
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await page.evaluate(() => {
      document.documentElement.dir = 'rtl'
      for (const element of document.querySelectorAll<HTMLElement>('body, body *')) {
        // WCAG 1.4.12.
        element.style.lineHeight = '1.5'
        element.style.letterSpacing = '0.12em'
        element.style.wordSpacing = '0.16em'
      }
    })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  }
})

test('the check itself sees a fault', async ({ page, signIn, freshUser }) => {
  await signIn(page, freshUser)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.evaluate(() => document.querySelector('main')?.append(new Image()))
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id }) => id)).toEqual(['image-alt'])
})

async function expectAccessible(page: Page): Promise<void> {
  // WCAG 2.2 A and AA, and best practice: everything axe does unasked.
  const { violations } = await new AxeBuilder({ page }).analyze()
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join()}`)
  expect(found).toEqual([])
}

async function addItem(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'New item' }).click()
  await page.getByLabel('Title').fill(title)
  await page.getByRole('button', { name: 'Add item' }).click()
  await expect(page.getByRole('button', { name: 'New item' })).toBeFocused()
}
