// `npm run pictures`: takes the README's pictures again, of a real Keycard in a real browser.

import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BrowserContext, chromium, type Page } from 'playwright'
import { findBrowser } from './find-browser.ts'
import { startTestServer } from './test-server.ts'

const folder = fileURLToPath(new URL('../docs/pictures', import.meta.url))
const viewport = { width: 1200, height: 800 }

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
  await open(page, '/login')
  await take(page, `sign-in-${colorScheme}`)
  if (colorScheme === 'dark') return
  await signIn(page)
  await open(page, '/account')
  await take(page, 'account')
}

/** Twice: the font is optional to the first view of it, and there for the second. */
async function open(page: Page, path: string) {
  for (const _time of ['first', 'second']) {
    await page.goto(path, { waitUntil: 'networkidle' })
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
