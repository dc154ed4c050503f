// The sign-in and registration pages load their scripts after the first paint: nothing waits for
// them, and nothing is lost.

import type { Page } from 'playwright/test'
import { expect, test } from './support/fixtures.ts'
import { expectAwake } from './support/pages/sign-in-form.ts'

const pages = ['/login', '/register']

test('such a page is painted before it asks for the scripts that hydrate it', async ({ page }) => {
  for (const path of pages) {
    await page.goto(path)
    await expectAwake(page)
    const { early, late } = await page.evaluate(sortScripts)
    expect(early).toEqual([expect.stringMatching(/^after-paint-/)])
    expect(late).toContainEqual(expect.stringMatching(/^react-/))
  }
})

test('a page hydrates where no paint is reported: in the background at once, else a little later', async ({
  context,
}) => {
  for (const path of pages) {
    await test.step(`${path} in the background`, async () => {
      const page = await context.newPage()
      await hidePaints(page)
      await page.addInitScript(() => Object.defineProperty(document, 'hidden', { value: true }))
      await page.goto(path)
      await expectAwake(page)
    })
    await test.step(`${path} in the foreground`, async () => {
      const page = await context.newPage()
      await hidePaints(page)
      await page.goto(path)
      await expectAsleep(page)
      await page.clock.runFor(3_000)
      await expectAwake(page)
    })
  }
})

test('5. what is typed and ticked before a page hydrates stays, and so does the focus', async ({
  page,
}) => {
  for (const path of pages) {
    await hidePaints(page)
    await page.goto(path)
    const fields = page.locator('input:visible')
    for (const [index, field] of (await fields.all()).entries()) {
      if ((await field.getAttribute('type')) === 'checkbox') await field.check()
      else await field.fill(`early-${index}`)
    }
    const before = await page.evaluate(readForm)
    expect(before.length).toBeGreaterThanOrEqual(3)
    const password = page.getByLabel('Password', { exact: true })
    await password.focus()
    await expectAsleep(page)
    await page.clock.runFor(3_000)
    await expectAwake(page)
    expect(await page.evaluate(readForm)).toEqual(before)
    await expect(password).toBeFocused()
  }
})

async function expectAsleep(page: Page): Promise<void> {
  await expect(page.locator('form')).toHaveJSProperty('noValidate', false)
}

/** From then on pages hear nothing of their paints, and time passes only by `page.clock.runFor`. */
async function hidePaints(page: Page): Promise<void> {
  await page.clock.install({ time: 0 })
  await page.clock.pauseAt(1_000)
  await page.addInitScript(() => {
    Object.assign(window, {
      PerformanceObserver: class {
        observe() {}
      },
    })
  })
}

/** Runs in the page. */
function sortScripts(): { early: string[]; late: string[] } {
  const painted = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0
  const scripts = performance.getEntriesByType('resource').filter(({ name }) => /\.js$/.test(name))
  const namesOf = (entries: PerformanceEntryList) =>
    entries.map(({ name }) => name.split('/').pop() ?? '')
  return {
    early: namesOf(scripts.filter(({ startTime }) => startTime < painted)),
    late: namesOf(scripts.filter(({ startTime }) => startTime >= painted)),
  }
}

/** Runs in the page. */
function readForm(): string[] {
  const form = document.querySelector('form') ?? undefined
  return [...new FormData(form)].map(([name, value]) => `${name}: ${value}`)
}
