// The sessions page: where the user is signed in, ended from here, and live while it is open.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright/test'
import { describeScopes } from '../client/pages/sessions/session-words.ts'
import { newDeviceNotice } from '../server/auth/audit/notice-kinds.ts'
import type { Session } from '../server/auth/sessions/session-rows.ts'
import { homePath } from '../server/contract/pages.ts'
import { scopesOfRole } from '../server/contract/scopes.ts'
import { makeDeviceKnown } from '../server/testing/known-device.ts'
import { test as base, expect, type TestUser } from './support/fixtures.ts'
import { findSignInForm, openSignIn, submitSignIn } from './support/pages/sign-in-form.ts'

const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1'

interface Elsewhere {
  userAgent: string
  address: string
  isScript?: boolean
  isNew?: boolean
}

const test = base.extend<{
  startElsewhere: (user: TestUser, there: Elsewhere) => Promise<Session>
}>({
  /** A session that existed before the page is opened. */
  startElsewhere: ({ server }, use) =>
    use(async (user, { userAgent, address, isScript = false, isNew = false }) => {
      const { sessions, auditLog } = server.services
      const { session } = await sessions.start({
        userId: user.id,
        scopes: isScript ? ['users:read'] : scopesOfRole.user,
        holder: { clientId: 'keycard-web', transport: isScript ? 'bearer' : 'cookie' },
        device: { userAgent, address },
        extraWrites: (sessionId) => {
          const facts = { userId: user.id, sessionId, device: { userAgent, address } }
          return [auditLog.entry('signed_in', facts, { notice: newDeviceNotice(sessionId) })]
        },
      })
      if (!isNew) await makeDeviceKnown(server.services.database, session.id)
      return session
    }),
})

// As a browser translates them: their words stay, their text nodes do not.
test.use({ translated: true })

test('R61, 35, 36: sessions can be told apart; an ended one disappears, is announced, and hands the focus on', async ({
  page,
  signIn,
  server,
  freshUser,
  startElsewhere,
}) => {
  // An earlier test may have moved the server's clock past midnight.
  await page.clock.install({ time: server.clock.now() })
  const curl = await startElsewhere(freshUser, {
    userAgent: 'curl/8.5.0',
    address: '192.0.2.51',
    isScript: true,
  })
  await startElsewhere(freshUser, { userAgent: iphone, address: '203.0.113.24' })
  await signIn(page, freshUser)
  await page.getByRole('link', { name: 'Sessions' }).click()

  const current = page.getByRole('region', { name: /This device/ })
  await expect(current).toContainText('Chrome on Linux')
  await expect(current).toContainText(/Signed in.*today at \d\d:\d\d with a password/)
  await expect(current).toContainText(describeScopes(scopesOfRole.user).join(', '))
  await expect(current).toContainText(
    /Expires\d\d:\d\d (today|tomorrow), or after 30 minutes of inactivity/,
  )

  const script = row(page, 'curl, through the API')
  await expect(script).toContainText(/Active now.*192\.0\.2\.51/)
  await expect(script).toContainText('through the API')
  await expect(script).toContainText('14 days of inactivity')
  await expect(script).toContainText('Users (read only)')
  await expect(script.locator('time', { hasText: /^now$/ })).toHaveAttribute(
    'title',
    / at \d\d:\d\d$/,
  )

  await page.getByRole('button', { name: 'Sign out curl' }).click()
  const phoneButton = page.getByRole('button', { name: 'Sign out Safari on iPhone' })
  await expect(phoneButton).toBeFocused()
  await expect(script).toBeHidden()
  await expect(page.getByRole('status').getByText('Signed out curl.')).toBeAttached()
  await expect(page.getByRole('heading', { name: '1 other session' })).toBeVisible()
  expect(await server.services.sessions.findLive(curl.id)).toBeUndefined()

  // A change that does not reach the server is undone.
  await page.route('**/trpc/sessions.end*', (route) => route.abort())
  await phoneButton.click()
  await expect(page.getByText('Safari on iPhone is still signed in.')).toBeVisible()
  await expect(phoneButton).toBeVisible()
  await page.unroute('**/trpc/sessions.end*')
  await phoneButton.click()
  await expect(page.getByRole('heading', { name: 'No other sessions' })).toBeFocused()
  await expect(page.getByText('You’re only signed in here.')).toBeVisible()
})

test('R61, 36: "everywhere else" is confirmed with its count, and leaves this session alone', async ({
  page,
  signIn,
  server,
  freshUser,
  startElsewhere,
}) => {
  await startElsewhere(freshUser, { userAgent: 'curl/8.5.0', address: '::1', isScript: true })
  await startElsewhere(freshUser, { userAgent: iphone, address: '::1' })
  await signIn(page, freshUser)
  await page.goto('/sessions')
  const everywhere = page.getByRole('button', { name: 'Sign out everywhere else' })
  await everywhere.click()
  const dialog = page.getByRole('dialog', { name: 'Sign out everywhere else?' })
  await expect(dialog).toContainText('2 sessions end now. You stay signed in here.')
  await expect(dialog.getByRole('button', { name: 'Stay signed in' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(everywhere).toBeFocused()
  await expect(page.getByRole('listitem')).toHaveCount(2)

  await everywhere.click()
  await dialog.getByRole('button', { name: 'Sign out 2 sessions' }).click()
  await expect(page.getByRole('heading', { name: 'No other sessions' })).toBeFocused()
  await expect(page.getByRole('status').getByText('Signed out 2 sessions.')).toBeAttached()
  await expect(everywhere).toBeHidden()
  expect(await server.services.sessions.countLive(freshUser.id)).toBe(1)
  await page.reload()
  await expect(page.getByText('You’re only signed in here.')).toBeVisible()
})

test('a new device is asked about: yes makes it known, no ends it, with advice', async ({
  page,
  signIn,
  server,
  freshUser,
  startElsewhere,
}) => {
  const isNew = true
  await signIn(page, freshUser)
  await startElsewhere(freshUser, { userAgent: iphone, address: '203.0.113.24', isNew })
  const stranger = await startElsewhere(freshUser, {
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0',
    address: '198.51.100.7',
    isNew,
  })
  await page.goto('/sessions')
  const phone = row(page, /Safari on iPhone/)
  await expect(phone.getByRole('heading')).toContainText('New')
  await expect(phone).toContainText('Signed in now on a new device. Was this you?')
  await page.getByRole('button', { name: 'Yes, it was me: Safari on iPhone' }).click()
  await expect(
    page.getByRole('status').getByText('Marked as yours: Safari on iPhone'),
  ).toBeAttached()
  await expect(phone).not.toContainText('Was this you?')
  await expect(page.getByRole('button', { name: 'Sign out Safari on iPhone' })).toBeFocused()

  await page.getByRole('button', { name: 'No, sign it out: Firefox on Windows' }).click()
  await expect(row(page, /Firefox on Windows/)).toBeHidden()
  // The row disappears before the server has answered, the advice comes after.
  const advice = page.getByRole('status').filter({ hasText: 'Firefox on Windows is signed out.' })
  await expect(advice).toBeVisible()
  const { knownDevices } = server.services
  expect(await knownDevices.isKnown(freshUser.id, stranger.deviceId ?? '')).toBe(false)
  await advice.getByRole('link', { name: 'change your password' }).click()
  await expect(page).toHaveURL('/account')
})

test('one answer to a new sign-in clears its notice and its row, in every tab', async ({
  page,
  context,
  signIn,
  freshUser,
  startElsewhere,
}) => {
  await signIn(page, freshUser)
  await startElsewhere(freshUser, { userAgent: iphone, address: '203.0.113.24', isNew: true })
  const [sessions, activity] = [await context.newPage(), await context.newPage()]
  await sessions.goto('/sessions')
  await activity.goto('/activity')
  const notices = (tab: Page) => tab.getByRole('complementary', { name: 'Security notices' })
  await expect(row(sessions, /Safari on iPhone/)).toContainText('Was this you?')
  await expect(notices(sessions)).toBeHidden()
  await expect(notices(activity)).toContainText('New sign-in: Safari on iPhone, 203.0.113.24')

  // One line on a phone.
  await page.setViewportSize({ width: 390, height: 844 })
  await page.reload()
  await expect(notices(page)).toBeVisible()
  expect((await notices(page).boundingBox())?.height).toBeLessThan(64)
  await notices(page).getByRole('button', { name: 'It was me' }).click()
  for (const tab of [page, activity]) await expect(notices(tab)).toBeHidden()
  await expect(row(sessions, /Safari on iPhone/)).not.toContainText('Was this you?')
  await page.reload()
  await expect(page.getByRole('main').getByRole('heading', { level: 1 })).toBeVisible()
  await expect(notices(page)).toBeHidden()
})

test('a new device from before this sign-in can be signed out or left, but not confirmed', async ({
  page,
  signIn,
  freshUser,
  startElsewhere,
}) => {
  await startElsewhere(freshUser, {
    userAgent: 'curl/8.5.0',
    address: '192.0.2.51',
    isScript: true,
  })
  await startElsewhere(freshUser, { userAgent: iphone, address: '203.0.113.24', isNew: true })
  await signIn(page, freshUser)
  await page.goto('/sessions')
  const phone = row(page, /Safari on iPhone/)
  await expect(phone).toContainText('on a new device, before you signed in here.')
  await expect(page.getByRole('button', { name: 'Yes, it was me' })).toBeHidden()
  // Dismissed in another tab, it says so no more.
  const tab = await page.context().newPage()
  await tab.goto('/activity')
  await tab.getByRole('button', { name: 'Dismiss' }).click()
  await expect(phone).not.toContainText('on a new device')
  await page.getByRole('button', { name: 'Sign out Safari on iPhone' }).click()
  await expect(phone).toBeHidden()
  const advice = page.getByRole('status').filter({ hasText: 'Safari on iPhone is signed out.' })
  await expect(advice.getByRole('link', { name: 'change your password' })).toBeVisible()
})

test('R64: what begins and ends elsewhere shows at once, and the focus is not lost', async ({
  page,
  signIn,
  server,
  freshUser,
  startElsewhere,
}) => {
  const first = await startElsewhere(freshUser, { userAgent: iphone, address: '203.0.113.24' })
  await signIn(page, freshUser)
  await page.goto('/sessions')
  await page.getByRole('button', { name: 'Sign out Safari on iPhone' }).focus()
  const second = await startElsewhere(freshUser, {
    userAgent: 'curl/8.5.0',
    address: '192.0.2.51',
    isScript: true,
  })
  await expect(page.getByRole('heading', { name: '2 other sessions' })).toBeVisible()
  await expect(page.getByRole('status').getByText('New session: curl.')).toBeAttached()
  const { sessions } = server.services
  await sessions.end(first.id, 'signed_out')
  await expect(page.getByRole('button', { name: 'Sign out curl' })).toBeFocused()
  await expect(page.getByRole('status').getByText('Session ended: Safari')).toBeAttached()
  await sessions.end(second.id, 'signed_out')
  await expect(page.getByRole('heading', { name: 'No other sessions' })).toBeFocused()

  // It hears of its own end as well, and no button was pressed.
  await sessions.endAllOf(freshUser.id, 'ended_by_admin')
  await expect(page).toHaveURL('/login?reason=expired&next=%2Fsessions')
})

test('39: a list that does not load says why, and loads when it is tried again', async ({
  page,
  signIn,
  freshUser,
}) => {
  await signIn(page, freshUser)
  // The stream would bring the list by itself.
  await page.route('**/trpc/sessions.changes*', (route) => route.abort())
  await page.route('**/trpc/sessions.list*', (route) => route.fulfill({ status: 500, json: fault }))
  await page.goto('/sessions')
  await expect(page.getByText('Something broke on our side')).toBeVisible()
  await page.unroute('**/trpc/sessions.list*')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('You’re only signed in here.')).toBeVisible()
})

const data = { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500, path: 'sessions.list' }
const fault = [{ error: { message: 'Something went wrong on our side', code: -32603, data } }]

test('R57: a user who asked to stay signed in still is after the browser restarts; others are not', async ({
  playwright,
  wholeBrowser,
  server,
  freshUser,
}) => {
  const profile = await mkdtemp(join(tmpdir(), 'keycard-profile-'))
  const openBrowser = async () => {
    const context = await playwright.chromium.launchPersistentContext(profile, {
      ...wholeBrowser,
      baseURL: server.url,
    })
    return { context, page: await context.newPage() }
  }
  for (const isPersistent of [true, false]) {
    const before = await openBrowser()
    await openSignIn(before.page)
    const form = findSignInForm(before.page)
    await expect(form.rememberMe).not.toBeChecked()
    if (isPersistent) await form.rememberMe.check()
    await submitSignIn(before.page, freshUser)
    await expect(before.page).toHaveURL(homePath)
    await before.context.close()

    const after = await openBrowser()
    await after.page.goto('/sessions')
    if (isPersistent) {
      await expect(after.page.getByText(/Expires.*, or after 14 days of inactivity/)).toBeVisible()
      await after.page.getByRole('main').getByRole('button', { name: 'Sign out' }).first().click()
      await expect(after.page).toHaveURL(/reason=signed-out/)
    } else {
      await expect(after.page).toHaveURL('/login?next=%2Fsessions')
    }
    await after.context.close()
  }
  await rm(profile, { recursive: true, force: true })
})

function row(page: Page, name: string | RegExp) {
  const heading = page.getByRole('heading', { level: 3, name })
  return page.getByRole('listitem').filter({ has: heading })
}
