// The browser's session: it lasts, renews itself unseen, ends everywhere at once, and leaves no secret.

import type { BrowserContext, Page } from 'playwright/test'
import { productName, signInLead } from '../server/contract/brand.ts'
import { homePath } from '../server/contract/pages.ts'
import { operator } from '../server/testing/operator.ts'
import { expect, test } from './support/fixtures.ts'
import { findHeading } from './support/pages/page-heading.ts'
import { submitSignIn } from './support/pages/sign-in-form.ts'
import { openTabs, tokenLifetimeMs } from './support/pages/tabs.ts'
import type { TestServer } from './support/test-server.ts'

test('a reload keeps the session', async ({ page, signIn, freshUser }) => {
  await signIn(page, freshUser)
  await page.reload()
  await expect(findHeading(page)).toBeVisible()
})

test('a user who was disabled meanwhile sees the sign-in form, and is not redirected in circles', async ({
  page,
  signIn,
  server,
  freshUser,
}) => {
  await signIn(page, freshUser)
  // A page that is still loading would leave by itself, and with its own address.
  await expect(findHeading(page)).toBeVisible()
  await server.services.userAdministration.disable(freshUser.id, operator)
  // The page leaves by itself before it has loaded.
  await page.goto('/account', { waitUntil: 'commit' })
  await expect(page).toHaveURL('/login?reason=expired&next=%2Faccount')
  await expect(page.getByText('Your session has ended')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
})

test('a deep link leads through sign-in and on to its target', async ({ page, makeUser }) => {
  const admin = await makeUser({ role: 'admin' })
  await page.goto('/users?page=1')
  await expect(page).toHaveURL('/login?next=%2Fusers%3Fpage%3D1')
  await expect(page.getByText(signInLead)).toBeVisible()
  await submitSignIn(page, admin)
  await expect(page).toHaveURL('/users?page=1')
  await expect(page.getByRole('table')).toBeVisible()
})

test('R76: a page out of the back/forward cache is hidden until its session is known to live', async ({
  page,
  context,
  signIn,
  freshUser,
}) => {
  await signIn(page, freshUser)
  const heading = findHeading(page)
  await expect(heading).toBeVisible()
  let answer = () => {}
  const asked = new Promise<void>((resolve) => {
    answer = resolve
  })
  await page.route('**/trpc/auth.refresh', async (route) => {
    await asked
    await route.continue()
  })
  const restore = () =>
    page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))

  await restore()
  await expect(heading).toBeHidden()
  answer()
  await expect(heading).toBeVisible()

  await context.clearCookies()
  await restore()
  await expect(page).toHaveURL(/\/login\?.*next=/)
})

test('R76: Back to a page that was left before a sign-out elsewhere shows nothing', async ({
  page,
  context,
  signIn,
  freshUser,
}) => {
  await signIn(page, freshUser)
  await page.getByRole('link', { name: 'API docs' }).click()
  await expect(page).toHaveURL(/\/docs/)
  const other = await context.newPage()
  await other.goto('/account')
  await other.getByRole('main').getByRole('button', { name: 'Sign out' }).click()
  await expect(other).toHaveURL('/login?reason=signed-out')
  await page.goBack()
  await expect(page).toHaveURL(/\/login/)
})

test('a session that was idle too long leads to sign-in, and back to the page', async ({
  page,
  signIn,
  server,
  freshUser,
}) => {
  await signIn(page, freshUser)
  await page.getByRole('link', { name: 'Account' }).click()
  // Idle for longer than a browser's session may be.
  server.clock.advance(31 * 60_000)
  await page.reload()
  await expect(page).toHaveURL('/login?reason=expired&next=%2Faccount')
  await expect(page.getByText('Your session has ended. Sign in to carry on.')).toBeVisible()
})

test('403 does not sign out: access stays denied, and the session stays', async ({
  page,
  signIn,
  freshUser,
}) => {
  await signIn(page, freshUser)
  await expect(page.getByRole('link', { name: 'Users' })).toBeHidden()
  await page.goto('/users')
  await expect(page.getByRole('heading', { name: 'You don’t have access' })).toBeVisible()
  await page.getByRole('link', { name: 'Go to your account' }).click()
  await expect(page.getByRole('heading', { name: freshUser.username })).toBeVisible()
})

test('a refresh that gets no answer signs no one out: it is retried automatically, or by hand', async ({
  page,
  signIn,
  freshUser,
}) => {
  await page.clock.install()
  await signIn(page, freshUser)
  await page.route('**/trpc/auth.refresh', (route) => route.abort())
  await page.reload()
  await expect(page.getByText(`${productName} can’t be reached.`)).toBeVisible()

  const laterFailed = page.waitForEvent('requestfailed')
  await page.clock.pauseAt(Date.now() + 60_000)
  await laterFailed
  // No timer goes off any more: this one is for the network that is back.
  const onlineFailed = page.waitForEvent('requestfailed')
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await onlineFailed

  await page.unroute('**/trpc/auth.refresh')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.clock.resume()
  await expect(findHeading(page)).toBeVisible()
})

test('a sign-out that did not reach the server is reported as failed', async ({
  page,
  signIn,
  freshUser,
}) => {
  await signIn(page, freshUser)
  await page.goto('/account')
  await page.route('**/trpc/auth.logout', (route) => route.abort())
  await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByText('You’re still signed in')).toBeVisible()
  await expect(page).toHaveURL('/account')
})

test('R69: after sign-in no secret is where a script or an address shows it', async ({
  page,
  context,
  signIn,
  freshUser,
}) => {
  const urls: string[] = []
  const tokens: string[] = []
  context.on('request', (request) => {
    urls.push(request.url())
    const { authorization } = request.headers()
    if (authorization) tokens.push(authorization.replace('Bearer ', ''))
  })
  await signIn(page, freshUser)
  await page.goto('/account')
  await expect(page.getByRole('heading', { name: 'Access token' })).toBeVisible()

  // The control: there are secrets, and this test knows them.
  const cookie = (await context.cookies()).find(({ name }) => name === 'keycard')
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
  expect(tokens.length).toBeGreaterThan(0)

  const { storage, cookieText, databases } = await readStores(page)
  expect(storage).toEqual([])
  expect(databases).toEqual([])
  expect(cookieText).toBe('')
  const secrets = [freshUser.password, cookie?.value ?? '', ...tokens]
  for (const secret of secrets) {
    expect(urls.filter((url) => url.includes(secret))).toEqual([])
  }
})

test('20 tabs that open at once do not sign each other out', async ({
  page,
  context,
  signIn,
  freshUser,
}) => {
  await signIn(page, freshUser)
  await openTabs(context, 20, homePath)
})

test('R76: sign-out in one tab signs out the other, and Back shows nothing', async ({
  page,
  context,
  signIn,
  freshUser,
}) => {
  await signIn(page, freshUser)
  const other = await context.newPage()
  await other.goto('/account')
  await expect(other.getByRole('heading', { name: 'Account', level: 1 })).toBeVisible()

  await page.getByRole('button', { name: /account menu$/ }).click()
  await page.locator('#account-menu').getByRole('button', { name: 'Sign out' }).click()
  for (const tab of [page, other]) {
    await expect(tab).toHaveURL('/login?reason=signed-out')
    await expect(tab.getByText('You’re signed out.')).toBeVisible()
  }
  // The browser stays known; what it opened is gone.
  expect((await context.cookies()).map(({ name }) => name)).toEqual(['keycard-device'])

  await page.goto('/account')
  await expect(page).toHaveURL(/^[^?]*\/login\?next=%2Faccount$/)
  await page.goBack()
  await expect(async () => {
    const shown = await page.evaluate(() => [location.pathname, document.body.innerText])
    expect(shown).toEqual(['/login', expect.not.stringContaining(freshUser.username)])
  }).toPass()
})

test('R55: a refresh whose reply was lost is retried, soon or late: no one is signed out', async ({
  page,
  context,
  signIn,
  server,
  freshUser,
}) => {
  await signIn(page, freshUser)
  await saveName(page, 'Before')
  for (const seconds of [29, 31, 600]) {
    server.clock.advance(tokenLifetimeMs)
    await refreshUnheard(context, server)
    server.clock.advance(seconds * 1_000)
    await saveName(page, `After ${seconds} s`)
    await expect(page).toHaveURL('/account')
  }
})

test('R56: a cookie two generations old ends the session; typed text stays', async ({
  page,
  context,
  signIn,
  server,
  freshUser,
}) => {
  await signIn(page, freshUser)
  await page.goto('/account')
  await page.getByLabel('Full name').fill('Not lost')
  server.clock.advance(tokenLifetimeMs)
  const newest = await refreshUnheard(context, server, 2)
  await page.getByRole('button', { name: 'Save profile' }).click()
  await expect(page.getByRole('dialog', { name: 'Sign in to carry on' })).toBeVisible()
  await expect(page.getByLabel('Full name')).toHaveValue('Not lost')
  expect(await server.services.sessions.isLive(newest)).toBe(false)
})

test('R56: a call that is refused with one token of a session that a replay has ended, and then with another, leads to sign-in', async ({
  page,
  context,
  signIn,
  server,
  freshUser,
}) => {
  await signIn(page, freshUser)
  let send = () => {}
  const held = new Promise<void>((resolve) => {
    send = resolve
  })
  await page.getByRole('link', { name: 'Account' }).click()
  await page.route('**/trpc/*activity.list*', async (route) => {
    await held
    await route.continue()
  })
  const asked = page.waitForRequest('**/trpc/*activity.list*')
  await page.getByRole('link', { name: 'Your activity' }).click()
  await asked
  const renewed = page.waitForResponse('**/trpc/auth.refresh')
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
  await renewed
  await expect(findHeading(page, '/activity')).toBeVisible()

  // The first is too soon after the last one to get a new refresh token.
  await refreshUnheard(context, server, 3)
  await expect(refreshUnheard(context, server)).rejects.toThrow('refused with 401')
  send()
  await expect(page).toHaveURL('/login?reason=expired&next=%2Factivity')
})

/** A page that reads and writes. */
async function saveName(page: Page, name: string): Promise<void> {
  if (new URL(page.url()).pathname !== '/account') await page.goto('/account')
  await page.getByLabel('Full name').fill(name)
  await page.getByLabel('Full name').press('Enter')
  await expect(page.getByRole('button', { name: `${name}, account menu` })).toBeVisible()
}

/** Uses the refresh cookie up, as refreshes do whose replies are lost; gives the newest one. */
async function refreshUnheard(
  context: BrowserContext,
  { url, clock }: TestServer,
  times = 1,
): Promise<string> {
  const name = 'keycard'
  const cookies = new Map((await context.cookies()).map((cookie) => [cookie.name, cookie.value]))
  let value = cookies.get(name)
  if (value === undefined) throw new Error('There is no refresh cookie')
  for (let time = 0; time < times; time += 1) {
    // Sooner it would be given the same one again.
    if (time > 0) clock.advance(30_000)
    const answer: Response = await fetch(`${url}/trpc/auth.refresh`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: url,
        // The browser's others too: by its device cookie it is known as the one that signed in.
        cookie: [...cookies.set(name, value)].map((pair) => pair.join('=')).join('; '),
      },
    })
    value = new RegExp(`${name}=([^;]*)`).exec(answer.headers.get('set-cookie') ?? '')?.[1]
    if (value === undefined) throw new Error(`The refresh was refused with ${answer.status}`)
  }
  return value
}

function readStores(page: Page) {
  return page.evaluate(async () => ({
    storage: [...Object.entries(localStorage), ...Object.entries(sessionStorage)],
    cookieText: document.cookie,
    databases: await indexedDB.databases(),
  }))
}
