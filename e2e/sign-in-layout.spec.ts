// The sign-in page's states on every width: nothing moves, nothing is cut off, axe finds nothing.

import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright/test'
import { expect, test } from './fixtures.ts'
import {
  answerSignIn,
  findSignInForm,
  holdSignIn,
  openSignIn,
  submitSignIn,
  trpcError,
} from './sign-in-form.ts'

const credentials = { username: 'johndoe', password: 'secret' }
const widths = [1280, 390, 320]

/** How each state comes about, on a page that is open and has a clock that stands still. */
const states: Record<string, (page: Page) => Promise<void>> = {
  async idle() {},
  async 'fields missing'(page) {
    await findSignInForm(page).submit.click()
    await expect(page.getByText('Enter your password.')).toBeVisible()
  },
  async 'Caps Lock and Show'(page) {
    const { password, show } = findSignInForm(page)
    await password.fill(credentials.password)
    await show.click()
    await password.dispatchEvent('keydown', { key: 'A', modifierCapsLock: true })
    await expect(page.getByText('Caps Lock is on.')).toBeVisible()
  },
  async busy(page) {
    await holdSignIn(page)
    await submitSignIn(page, credentials)
    await expectState(page, 'busy')
    await page.clock.runFor(300)
    await expect(page.locator('.spinner')).toBeVisible()
  },
  async 'still working'(page) {
    await holdSignIn(page)
    await submitSignIn(page, credentials)
    await expectState(page, 'busy')
    await page.clock.runFor(8_000)
    await expect(page.getByRole('button', { name: 'Cancel' })).toBeVisible()
  },
  async 'wrong password'(page) {
    await answerSignIn(page, trpcError(401, { reason: 'invalid_credentials' }))
    await submitSignIn(page, credentials)
    await expectState(page, 'error')
  },
  async throttled(page) {
    await answerSignIn(page, trpcError(429, { reason: 'too_many_requests', retry_after: 3_599 }))
    await submitSignIn(page, credentials)
    await expectState(page, 'throttled')
  },
  async offline(page) {
    await page.route('**/trpc/auth.login', (route) => route.abort())
    await submitSignIn(page, credentials)
    await expectState(page, 'offline')
  },
  async fault(page) {
    await answerSignIn(page, { status: 500 })
    await submitSignIn(page, credentials)
    await expectState(page, 'fault')
  },
  async overloaded(page) {
    await answerSignIn(page, trpcError(503, { reason: 'overloaded' }))
    await submitSignIn(page, credentials)
    await expectState(page, 'fault')
  },
  async refused(page) {
    await answerSignIn(page, trpcError(403, { reason: 'cross_site' }))
    await submitSignIn(page, credentials)
    await expectState(page, 'error')
  },
}

for (const [name, enter] of Object.entries(states)) {
  test(`14. nothing moves: ${name}`, async ({ page }) => {
    await openWithStillClock(page)
    const before = await measureBoxes(page)
    await recordShifts(page)
    await enter(page)
    expect(await readShifts(page)).toEqual([])
    expect(await measureBoxes(page)).toEqual(before)
  })

  test(`40. axe finds nothing: ${name}`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await openWithStillClock(page)
    await enter(page)
    // axe waits by the page's own clock.
    await page.clock.resume()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
    }
  })
}

for (const reason of ['expired', 'signed-out']) {
  test(`14. a notice that somebody is ${reason} takes no room of its own`, async ({ page }) => {
    await openWithFont(page)
    await openSignIn(page)
    const before = await measureBoxes(page)
    await openSignIn(page, `?reason=${reason}`)
    expect(await measureBoxes(page)).toEqual(before)
  })
}

test('14. nothing moves from the first paint until the scripts have run', async ({ page }) => {
  await page.addInitScript(observeShifts)
  await openSignIn(page)
  expect(await readShifts(page)).toEqual([])
})

test('14. the measure itself sees a shift', async ({ page }) => {
  await openSignIn(page)
  await recordShifts(page)
  await page.locator('h1').evaluate((heading) => heading.before(document.createElement('hr')))
  await expect.poll(() => readShifts(page)).not.toEqual([])
})

test('45. on a phone the fields do not zoom, and everything is big enough for a thumb', async ({
  browser,
  server,
}) => {
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: { width: 390, height: 844 },
    isMobile: true,
    hasTouch: true,
  })
  const page = await context.newPage()
  await openSignIn(page)
  // The box is as big as what belongs to it.
  const targets = 'button, input:visible:not([type=checkbox]), label:has([type=checkbox]), a'
  for (const target of await page.getByRole('main').locator(targets).all()) {
    const { width = 0, height = 0 } = (await target.boundingBox()) ?? {}
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(44)
  }
  for (const field of await page.getByRole('textbox').all()) {
    const fontSize = await field.evaluate((input) => getComputedStyle(input).fontSize)
    expect(Number.parseFloat(fontSize)).toBeGreaterThanOrEqual(16)
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  await context.close()
})

test('43. forced colours keep the edges of sleeve, fields and button', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' })
  await openSignIn(page)
  const edges = await page.evaluate(() =>
    (
      [
        ['.sleeve', '::before'],
        ['#username', null],
        ['#password', null],
        ['button[type=submit]', null],
      ] as const
    ).map(([selector, pseudo]) => {
      const element = document.querySelector(selector) as Element
      const style = getComputedStyle(element, pseudo)
      const isSeen = style.borderTopColor !== style.backgroundColor
      return `${selector}: ${style.borderTopStyle} ${style.borderTopWidth}${isSeen ? '' : ', unseen'}`
    }),
  )
  expect(edges).toEqual([
    '.sleeve: solid 1px',
    '#username: solid 1px',
    '#password: solid 1px',
    'button[type=submit]: solid 1px',
  ])
})

/**
 * From here on time passes only by `page.clock.runFor`. The page was open before: its font is
 * optional to a first view, which has it or has not, by chance.
 */
async function openWithStillClock(page: Page): Promise<void> {
  await openWithFont(page)
  await page.clock.install()
  await openSignIn(page)
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000))
}

async function openWithFont(page: Page): Promise<void> {
  await page.goto('/login')
  await page.evaluate(async () => void (await document.fonts.ready))
}

async function expectState(page: Page, state: string): Promise<void> {
  await expect(page.locator('.page')).toHaveAttribute('data-state', state)
}

/**
 * Everything that has a place on the page, at every width, from the widest to the narrowest, where
 * the page then stays. What comes and goes lies inside these.
 */
async function measureBoxes(page: Page): Promise<Record<string, string>> {
  const boxes: Record<string, string> = {}
  for (const width of widths) {
    await page.setViewportSize({ width, height: 844 })
    Object.assign(boxes, await page.evaluate(describeBoxes))
  }
  return boxes
}

/** Runs in the page. */
function describeBoxes(): Record<string, string> {
  const { innerWidth } = window
  const selector =
    'h1, .sleeve, .status, label, form input, form button, .field-note, .foot a, footer a'
  const boxes: Record<string, string> = {
    [`${innerWidth} page`]: `${document.documentElement.scrollWidth} wide`,
  }
  for (const [index, part] of document.querySelectorAll(selector).entries()) {
    const { x, y, width, height } = part.getBoundingClientRect()
    const name = `${innerWidth} ${index} ${part.tagName} ${part.className || part.id}`
    boxes[name.replace(' bad', '')] = `${width} × ${height} at ${x}, ${y}`
  }
  return boxes
}

async function recordShifts(page: Page): Promise<void> {
  await settle(page)
  await page.evaluate(observeShifts)
}

/** Runs in the page. Every shift counts, also one soon after an input, which CLS would forgive. */
function observeShifts(): void {
  const shifts: string[] = []
  Object.assign(window, { shifts })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) shifts.push(JSON.stringify(entry))
  }).observe({ type: 'layout-shift' })
}

/** A picture waits for a frame to be painted, and after that the frame's shifts are known. */
async function settle(page: Page): Promise<void> {
  await page.screenshot()
}

async function readShifts(page: Page): Promise<string[]> {
  await settle(page)
  return page.evaluate(() => (window as unknown as { shifts: string[] }).shifts)
}
