// Twenty tabs of one browser through fifty expiries of their token: each may cost one refresh.

import { type BrowserContext, chromium, type Page } from 'playwright'
import { findBrowser } from '../support/browsers/find-browser.ts'
import { startTestServer } from '../support/test-server.ts'

/** In minutes: short, so that fifty of them end before the session must. */
const tokenLifetime = 5

/** `args`: how many tabs, and how many expiries. */
export async function tortureTabs(args: readonly string[]): Promise<boolean> {
  const [tabCount = 20, expiryCount = 50] = args.map(Number)
  const server = await startTestServer({
    env: { ACCESS_TOKEN_EXPIRE_MINUTES: String(tokenLifetime) },
  })
  const browser = await chromium.launch(await findBrowser())
  try {
    const context = await browser.newContext({ baseURL: server.url, locale: 'en-GB' })
    await signIn(await context.newPage())
    const tabs = await openTabs(context, tabCount)
    const counts = countAnswers(context)

    const startedAtMs = performance.now()
    for (let expiry = 1; expiry <= expiryCount; expiry += 1) {
      const title = (index: number) => `Item ${index} of ${expiry}`
      await Promise.all(tabs.map((tab, index) => typeItem(tab, title(index))))
      server.clock.advance((tokenLifetime * 60 + 1) * 1_000)
      await Promise.all(tabs.map((tab, index) => sendItem(tab, title(index))))
      if (expiry % 10 === 0) console.log(`${expiry} expiries, ${counts.refreshes} refreshes`)
    }
    const seconds = Math.round((performance.now() - startedAtMs) / 1_000)
    const signedOut = tabs.filter((tab) => new URL(tab.url()).pathname !== '/items').length

    const rows: [what: string, found: number, wanted: number | undefined][] = [
      ['tabs', tabCount, undefined],
      ['expiries', expiryCount, undefined],
      ['calls that met an expired token', counts.refused, undefined],
      ['refreshes', counts.refreshes, expiryCount],
      ['calls that succeeded after all', counts.succeeded, tabCount * expiryCount],
      ['tabs signed out', signedOut, 0],
      ['seconds', seconds, undefined],
    ]
    for (const [what, found, wanted] of rows) {
      const verdict = wanted === undefined || wanted === found ? '' : `  wanted ${wanted}`
      console.log(`${what.padEnd(34)}${String(found).padStart(6)}${verdict}`)
    }
    return rows.every(([, found, wanted]) => wanted === undefined || wanted === found)
  } finally {
    await browser.close()
    await server.close()
  }
}

async function signIn(page: Page): Promise<void> {
  await page.goto('/login')
  await page.getByLabel('Username or email').fill('johndoe')
  await page.getByLabel('Password', { exact: true }).fill('secret')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/items')
  await page.close()
}

async function openTabs(context: BrowserContext, count: number): Promise<Page[]> {
  const tabs = await Promise.all(Array.from({ length: count }, () => context.newPage()))
  await Promise.all(tabs.map((tab) => tab.goto('/items')))
  for (const tab of tabs) await tab.getByText('Nothing here yet').waitFor()
  return tabs
}

function countAnswers(context: BrowserContext) {
  const counts = { refreshes: 0, refused: 0, succeeded: 0 }
  context.on('response', (response) => {
    const url = response.url()
    if (url.includes('auth.refresh')) counts.refreshes += 1
    if (url.includes('items.create') && response.status() === 401) counts.refused += 1
    if (url.includes('items.create') && response.status() === 200) counts.succeeded += 1
  })
  return counts
}

async function typeItem(tab: Page, title: string): Promise<void> {
  await tab.getByRole('button', { name: 'New item' }).click()
  await tab.getByLabel('Title').fill(title)
}

async function sendItem(tab: Page, title: string): Promise<void> {
  await tab.getByLabel('Title').press('Enter')
  await tab.getByRole('button', { name: `Edit ${title}` }).waitFor()
}
