// What a page must show of itself: on small and turned screens, in forced colours, in the reader's time zone.

import type { Page } from 'playwright/test'
import { expect, test } from './support/fixtures.ts'
import { findSignInForm, openSignIn } from './support/pages/sign-in-form.ts'

test('users at 768 px: a date takes one line', async ({ page, signIn }) => {
  await page.setViewportSize({ width: 768, height: 1024 })
  await signIn(page, 'admin')
  await page.goto('/users')
  const dates = page.locator('.users tbody time')
  await expect(dates.first()).toBeVisible()
  const heights = await dates.evaluateAll((times) =>
    times.map((time) => time.getClientRects().length),
  )
  expect(new Set(heights)).toEqual(new Set([1]))
})

test('a new user at 1280×800: nothing of the dialog is cut off, and the password is copied', async ({
  page,
  context,
  signIn,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.setViewportSize({ width: 1280, height: 800 })
  await signIn(page, 'admin')
  await page.goto('/users')
  await page.getByRole('button', { name: 'New user' }).click()
  const dialog = page.getByRole('dialog', { name: 'New user' })
  await dialog.getByRole('button', { name: 'Generate' }).click()
  expect(await dialog.evaluate((box) => box.scrollHeight - box.clientHeight)).toBe(0)

  await dialog.getByRole('button', { name: 'Copy' }).click()
  await expect(dialog.getByRole('button', { name: 'Copied' })).toBeVisible()
  const password = await dialog.getByLabel('Password', { exact: true }).inputValue()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(password)
})

test('another page of users begins at its top, and Next stays where it is', async ({
  page,
  server,
  signIn,
  makeUser,
}) => {
  const { username } = await makeUser()
  const { kysely } = server.services.database
  const model = await kysely
    .selectFrom('users')
    .selectAll()
    .where('username', '=', username)
    .executeTakeFirstOrThrow()
  const copies = Array.from({ length: 60 }, (_, index) => {
    const name = `${username}-${index}`
    return { ...model, id: name, username: name, username_key: name }
  })
  await kysely.insertInto('users').values(copies).execute()
  await signIn(page, 'admin')
  await page.goto('/users')
  const next = page.getByRole('link', { name: 'Next' })
  await next.scrollIntoViewIfNeeded()
  const before = await next.boundingBox()
  await next.click()
  await expect(page).toHaveURL(/page=2/)
  await expect(page.getByText(/^Page 2/)).toBeVisible()
  expect(await page.evaluate(() => scrollY)).toBe(0)
  expect((await next.boundingBox())?.x).toBe(before?.x)
})

test('a phone on its side shows the whole form of sign-in', async ({ page }) => {
  for (const size of [
    { width: 844, height: 390 },
    { width: 667, height: 375 },
  ]) {
    await page.setViewportSize(size)
    await openSignIn(page)
    const { submit } = findSignInForm(page)
    await expect(submit).toBeInViewport({ ratio: 1 })
  }
})

test('forced colours: what a permission opens looks other than what none opens', async ({
  page,
  server,
  freshUser,
  signIn,
}) => {
  const { sessions } = server.services
  const holder = { clientId: 'keycard-web', transport: 'bearer' as const }
  const device = { address: '192.0.2.51', userAgent: 'curl/8.5.0' }
  await sessions.start({ userId: freshUser.id, scopes: ['me'], holder, device })
  await page.emulateMedia({ forcedColors: 'active' })
  await signIn(page, freshUser)
  await page.goto('/sessions')
  const doors = page.getByRole('listitem').locator('.doors i')
  await expect(doors.first()).toBeVisible()
  const colours = (isOpen: boolean) =>
    doors.evaluateAll(
      (all, open) =>
        all
          .filter((door) => door.classList.contains('o') === open)
          .map((door) => getComputedStyle(door).backgroundColor),
      isOpen,
    )
  expect(await colours(true)).not.toContain((await colours(false))[0])
})

test.describe('in Tokyo', () => {
  test.use({ timezoneId: 'Asia/Tokyo' })

  test('activity shows the time of day there, and the whole date when it is asked for', async ({
    page,
    server,
    signIn,
    freshUser,
  }) => {
    await signIn(page, freshUser)
    await page.goto('/activity')
    const at = new Date(server.clock.now())
    const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', timeZone: 'Asia/Tokyo' })
    const time = page.getByRole('button', { name: /GMT\+9$/ }).first()
    await expect(time).toContainText(new RegExp(`^${hour.format(at)}:\\d\\d`))
    await time.focus()
    await expect.poll(() => shownDate(time.page())).toMatch(/\d{4} at \d\d:\d\d:\d\d GMT\+9/)
    await expect(page.getByRole('heading', { level: 3 }).first()).toHaveText(/ This session$/)
  })
})

function shownDate(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.activeElement as Element, '::after').content)
}
