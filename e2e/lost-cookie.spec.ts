// A browser that keeps no cookie, and an address that is not PUBLIC_URL: the page says so, and what to do.

import type { Browser } from 'playwright/test'
import { productName } from '../server/contract/brand.ts'
import * as features from '../server/contract/features.ts'
import { homePath } from '../server/contract/pages.ts'
import { listSteps, lostCookieWords, takeSteps } from './interop/quick-start.ts'
import { drive } from './interop/with-playwright.ts'
import { expect, test } from './support/fixtures.ts'
import { expectAccessible } from './support/pages/accessible.ts'
import { findHeading } from './support/pages/page-heading.ts'
import { findSignInForm, openSignIn, submitSignIn } from './support/pages/sign-in-form.ts'
import { startTestServer, type TestServer } from './support/test-server.ts'

const johndoe = { username: 'johndoe', password: 'secret' }
const plainHttp = { hostname: 'keycard.test' }

/** One more Keycard beside the worker's own, as long as the test needs it. */
async function withServer(
  options: Parameters<typeof startTestServer>[0],
  look: (server: TestServer) => Promise<void>,
): Promise<void> {
  const { close, ...server } = await startTestServer(options)
  await look(server).finally(close)
}

/** By the steps that `npm run interop -- browsers` takes in every engine. */
async function takeQuickStart(browser: Browser, { url, clock }: TestServer, patienceMs: number) {
  const driven = drive('Chromium', await browser.newContext())
  const expireTokens = () => clock.advance(20 * 60_000)
  const parts = { browser: driven, url, account: johndoe, expireTokens, patienceMs }
  return takeSteps(listSteps(parts)).finally(driven.close)
}

// The steps make items: an app without them is tried by hand, or with steps of its own.
if ('items' in features) {
  test('R68: at a plain http address the sign-in lasts, through a reload and in a second tab', async ({
    browser,
  }) => {
    await withServer(plainHttp, async (server) => {
      const outcomes = await takeQuickStart(browser, server, 30_000)
      expect(outcomes.filter(({ problem }) => problem !== undefined)).toEqual([])
      expect(outcomes).toHaveLength(7)
    })
  })
}

test('with COOKIE_SECURE=on it does not, and the page says why: with scripts and without', async ({
  browser,
}) => {
  await withServer({ ...plainHttp, env: { COOKIE_SECURE: 'on' } }, async (server) => {
    const [, signedIn, ...later] = await takeQuickStart(browser, server, 5_000)
    expect(signedIn?.problem).toContain(lostCookieWords)
    expect(later).toEqual([])

    const { url } = server
    const context = await browser.newContext({ baseURL: url })
    const page = await context.newPage()
    await openSignIn(page, '?next=/sessions')
    await submitSignIn(page, johndoe)
    await expect(page).toHaveURL('/login?reason=no-cookie&next=%2Fsessions')
    await expect(findSignInForm(page).alert).toHaveText(
      `This browser blocked the sign-in cookie: it is for https only. Open ${productName} at an https address, or leave COOKIE_SECURE out of its settings.`,
    )
    await context.close()

    const bare = await browser.newContext({ baseURL: url, javaScriptEnabled: false })
    const form = await bare.newPage()
    await form.goto('/login')
    await submitSignIn(form, johndoe)
    await expect(form).toHaveURL(homePath)
    await expect(form.locator('noscript p').first()).toContainText('blocked the sign-in cookie')
    await bare.close()
  })
})

test('where locks, channels and stores exist but throw, it says so as well: nothing breaks', async ({
  browser,
}) => {
  await withServer({ ...plainHttp, env: { COOKIE_SECURE: 'on' } }, async ({ url }) => {
    const context = await browser.newContext({ baseURL: url })
    const page = await context.newPage()
    await page.addInitScript(refuseFeatures)
    const errors: Error[] = []
    page.on('pageerror', (error) => errors.push(error))
    await openSignIn(page)
    await expect(page.evaluate(() => localStorage.length)).rejects.toThrow('SecurityError')
    await submitSignIn(page, johndoe)
    await expect(findSignInForm(page).alert).toContainText(lostCookieWords)
    expect(errors).toEqual([])
    await context.close()
  })
})

test('a browser that sends no referrer either gets the same message, but not where it keeps the cookie', async ({
  page,
  freshUser,
}) => {
  await page.route('**/login?next=/sessions', async (route) => {
    const response = await route.fetch()
    const headers = { ...response.headers(), 'referrer-policy': 'no-referrer' }
    await route.fulfill({ response, headers })
  })
  await page.route('**/trpc/auth.login', async (route) => {
    const response = await route.fetch()
    const { 'set-cookie': _lost, ...headers } = response.headers()
    await page.context().clearCookies()
    await route.fulfill({ response, headers })
  })
  await openSignIn(page, '?next=/sessions')
  await submitSignIn(page, freshUser)
  await expect(findSignInForm(page).alert).toContainText(lostCookieWords)

  await page.unroute('**/trpc/auth.login')
  await openSignIn(page, '?next=/sessions')
  await submitSignIn(page, freshUser)
  await expect(page).toHaveURL('/sessions')
  expect(await page.evaluate(() => document.referrer)).toBe('')
})

/** As Chrome and Firefox do where all cookies are blocked in their settings. */
function refuseFeatures(): void {
  const refuse = () => {
    throw new DOMException('Access is denied', 'SecurityError')
  }
  for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches']) {
    Object.defineProperty(window, name, { get: refuse })
  }
  Object.defineProperty(navigator, 'locks', { value: { request: async () => refuse() } })
  Object.defineProperty(window, 'BroadcastChannel', { value: refuse })
}

test('Back to a page of a session that was signed out says nothing of cookies', async ({
  page,
  freshUser,
}) => {
  await openSignIn(page)
  await submitSignIn(page, freshUser)
  await expect(findHeading(page)).toBeVisible()
  await page.getByRole('link', { name: 'Sessions' }).first().click()
  await expect(page).toHaveURL('/sessions')
  await page.getByRole('button', { name: /account menu/ }).click()
  await page.locator('#account-menu').getByRole('button', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/reason=signed-out/)
  await page.goBack()
  await expect(page).toHaveURL(`/login?next=${encodeURIComponent(homePath)}`)
  await expect(findSignInForm(page).alert).toHaveText('')
})

test('opened at another address than PUBLIC_URL, the sign-in names both, with scripts and without', async ({
  browser,
  server,
}) => {
  const other = server.url.replace('localhost', 'keycard.test')
  const sentence = `This page is open at ${other}, but ${productName}’s address is ${server.url}. Sign in there, or set PUBLIC_URL to the address you use.`
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.newContext({ baseURL: other, javaScriptEnabled })
    const page = await context.newPage()
    await page.goto('/login')
    await submitSignIn(page, johndoe)
    await expect(findSignInForm(page).alert).toHaveText(sentence)
    if (javaScriptEnabled) await expectAccessible(page)
    await context.close()
  }
})
