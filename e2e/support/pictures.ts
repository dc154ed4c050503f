// `npm run pictures`: takes the README's pictures again, of a real Keycard in a real browser.

import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BrowserContext, chromium, type Page } from 'playwright'
import { scopesOfRole } from '../../server/contract/scopes.ts'
import { makeDeviceKnown } from '../../server/testing/known-device.ts'
import { findBrowser } from './browsers/find-browser.ts'
import { startTestServer } from './test-server.ts'

const folder = fileURLToPath(new URL('../../docs/pictures', import.meta.url))
const viewport = { width: 1200, height: 800 }
const telephone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1'

await mkdir(folder, { recursive: true })
const browser = await chromium.launch(await findBrowser())
const server = await startTestServer()
try {
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({
      baseURL: server.url,
      viewport,
      colorScheme,
      deviceScaleFactor: 1.5,
      reducedMotion: 'reduce',
      locale: 'en-GB',
    })
    await takePictures(context, colorScheme)
    await context.close()
  }
} finally {
  await browser.close()
  await server.close()
}

async function takePictures(context: BrowserContext, colorScheme: 'light' | 'dark') {
  const page = await context.newPage()
  await open(page, '/login', 'Create an account')
  await take(page, `sign-in-${colorScheme}`)
  if (colorScheme === 'dark') return
  await signIn(page)
  await signInElsewhere()
  await open(page, '/sessions', 'Safari on iPhone')
  await take(page, 'sessions')
}

/** On a phone, and by a script: known for long enough to cause no notice. */
async function signInElsewhere() {
  const { clients, sessions, users } = server.services
  const user = await users.findByLogin('johndoe')
  if (!user) throw new Error('There is no johndoe')
  const places = [
    {
      transport: 'cookie',
      scopes: scopesOfRole.user,
      address: '203.0.113.24',
      userAgent: telephone,
    },
    { transport: 'bearer', scopes: ['items:read'], address: '192.0.2.51', userAgent: 'curl/8.5.0' },
  ] as const
  for (const { transport, scopes, ...device } of places) {
    const holder = { clientId: clients.web.id, transport }
    const { session } = await sessions.start({ userId: user.id, scopes, holder, device })
    await makeDeviceKnown(server.services.database, session.id)
  }
}

/** Twice: the font is optional on the first view, and there for the second. */
async function open(page: Page, path: string, shows: string) {
  for (const _time of ['first', 'second']) {
    await page.goto(path)
    await page.getByText(shows).first().waitFor()
    await page.evaluate(() => document.fonts.ready)
  }
}

async function signIn(page: Page) {
  await page.getByLabel('Username or email').fill('johndoe')
  await page.getByLabel('Password', { exact: true }).fill('secret')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/items')
}

async function take(page: Page, name: string) {
  const path = join(folder, `${name}.png`)
  await page.screenshot({ path })
  console.log(`${path}: ${Math.round((await stat(path)).size / 1024)} KiB`)
}
