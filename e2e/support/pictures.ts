// `npm run pictures`: takes the pictures of the README and of docs/building.md again, of a real Keycard in a real browser.

import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright'
import { homePath } from '../../server/contract/pages.ts'
import { scopesOfRole } from '../../server/contract/scopes.ts'
import { makeDeviceKnown } from '../../server/testing/known-device.ts'
import { startBrandedCopy } from './branded-copy.ts'
import { findBrowser } from './browsers/find-browser.ts'
import { startTestServer } from './test-server.ts'

const folder = fileURLToPath(new URL('../../docs/pictures', import.meta.url))
const viewport = { width: 980, height: 840 }
const telephone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1'

await mkdir(folder, { recursive: true })
const browser = await chromium.launch(await findBrowser())
const server = await startTestServer()
try {
  await signInElsewhere()
  const page = await browser.newPage({
    baseURL: server.url,
    viewport,
    deviceScaleFactor: 1.5,
    reducedMotion: 'reduce',
    locale: 'en-GB',
  })
  const shots = { light: [] as Buffer[], dark: [] as Buffer[] }
  const takeBoth = async (path: string, shows: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await open(page, path, shows)
      shots[colorScheme].push(await page.screenshot())
    }
  }
  await takeBoth('/login', 'Create an account')
  await signIn(page)
  await takeBoth('/sessions', 'Safari on iPhone')
  await takeBoth('/users', 'johndoe')
  for (const colorScheme of ['light', 'dark'] as const) {
    await takeBesideEachOther(page, shots[colorScheme], `three-pages-${colorScheme}`)
  }
  await takeBeforeAndAfter(page, { light: shots.light[0], dark: shots.dark[0] })
} finally {
  await browser.close()
  await server.close()
}

/**
 * One wide picture, at half size, with a transparent background: the page that shows it may be
 * light or dark.
 */
async function takeBesideEachOther(page: Page, shots: readonly Buffer[], name: string) {
  const width = viewport.width / 2
  const images = shots.map(
    (shot) => `<img src="data:image/png;base64,${shot.toString('base64')}" width="${width}">`,
  )
  await page.setViewportSize({
    width: shots.length * (width + 16) - 16,
    height: viewport.height / 2,
  })
  // A page of its own: ours refuse styles and pictures from elsewhere.
  await page.goto('about:blank')
  await page.setContent(`<style>
    body { margin: 0; display: flex; gap: 16px }
    img { border-radius: 10px; box-sizing: border-box; border: 1px solid #8884 }
  </style>${images.join('')}`)
  const path = join(folder, `${name}.png`)
  await page.screenshot({ path, omitBackground: true })
  console.log(`${path}: ${Math.round((await stat(path)).size / 1024)} KiB`)
}

/** The sign-in page as it is, and after the five steps of docs/building.md. */
async function takeBeforeAndAfter(
  page: Page,
  before: Record<'light' | 'dark', Buffer | undefined>,
): Promise<void> {
  const branded = await startBrandedCopy(4_290)
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme })
      await open(page, `${branded.url}/login`, 'Create an account')
      const shots = [before[colorScheme] ?? [], await page.screenshot()].flat()
      await takeBesideEachOther(page, shots, `make-it-yours-${colorScheme}`)
    }
  } finally {
    await branded.close()
  }
}

/** On a phone, and by a script: known for long enough to cause no notice. */
async function signInElsewhere() {
  const { clients, sessions, users } = server.services
  const user = await users.findByLogin('admin')
  if (!user) throw new Error('There is no admin')
  const places = [
    {
      transport: 'cookie',
      scopes: scopesOfRole.admin,
      address: '203.0.113.24',
      userAgent: telephone,
    },
    { transport: 'bearer', scopes: ['users:read'], address: '192.0.2.51', userAgent: 'curl/8.5.0' },
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
  await page.getByLabel('Username or email').fill('admin')
  await page.getByLabel('Password', { exact: true }).fill('admin-secret')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`**${homePath}`)
}
