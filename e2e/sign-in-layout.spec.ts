// The sign-in page's states at every width: nothing moves, nothing is cut off, axe finds nothing.

import type { Page } from 'playwright/test'
import { expect, test } from './support/fixtures.ts'
import { expectAccessible } from './support/pages/accessible.ts'
import { openSignIn, openWithStillClock } from './support/pages/sign-in-form.ts'
import { signInStates } from './support/pages/sign-in-states.ts'

const widths = [1280, 390, 320]

for (const [name, { needsStillClock = false, enter }] of Object.entries(signInStates)) {
  test(`14. 40. ${name}: nothing moves, axe finds nothing, the HTML is valid`, async ({ page }) => {
    await fetchFont(page)
    await (needsStillClock ? openWithStillClock(page) : openSignIn(page))
    await test.step('14. nothing moves', async () => {
      const before = await measureBoxes(page)
      await recordShifts(page)
      await enter(page)
      expect(await readShifts(page)).toEqual([])
      expect(await measureBoxes(page)).toEqual(before)
    })
    // axe waits by the page's own clock.
    if (needsStillClock) await page.clock.resume()
    await expectAccessible(page)
  })
}

test('14. a notice that says why the user is here takes no extra room', async ({ page }) => {
  await fetchFont(page)
  await openSignIn(page)
  const before = await measureBoxes(page)
  for (const reason of ['expired', 'signed-out']) {
    await openSignIn(page, `?reason=${reason}`)
    expect(await measureBoxes(page)).toEqual(before)
  }
})

test('14. nothing moves from the first paint until the scripts have run', async ({ page }) => {
  await page.addInitScript(observeShifts)
  await openSignIn(page)
  expect(await readShifts(page)).toEqual([])
})

test('14. control: the measurement itself sees a shift', async ({ page }) => {
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
  // The checkbox's target is as big as its label.
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

/** The font is optional on the first view of the page, which has it or not, by chance. */
async function fetchFont(page: Page): Promise<void> {
  await page.goto('/login')
  await page.evaluate(async () => void (await document.fonts.ready))
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

/** A screenshot waits for a frame to be painted, and after that the frame's shifts are known. */
async function settle(page: Page): Promise<void> {
  // Hiding the caret would leave marks in the HTML.
  await page.screenshot({ caret: 'initial' })
}

async function readShifts(page: Page): Promise<string[]> {
  await settle(page)
  return page.evaluate(() => (window as unknown as { shifts: string[] }).shifts)
}
