// Every page in a language that nobody speaks: a text without accents is in no catalogue, and one that is
// 40 % longer overflows nothing.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright/test'
import { pseudoTag } from '../client/build/pseudo-language.ts'
import { languageCookie } from '../server/contract/pages.ts'
import { packageFolder } from '../server/settings/package-folder.ts'
import { test as base, expect } from './support/fixtures.ts'
import { expectNoSidewaysScroll } from './support/pages/accessible.ts'
import { startTestServer } from './support/test-server.ts'

/** A server whose pages are built in that language. */
const test = base.extend({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures it needs.
    async ({}, use) => {
      const clientDirectory = mkdtempSync(join(packageFolder, 'node_modules/.pseudo-pages-'))
      buildPages(clientDirectory)
      const { close, ...server } = await startTestServer({ clientDirectory })
      await use(server)
      await close()
      rmSync(clientDirectory, { recursive: true })
    },
    { scope: 'worker', timeout: 120_000 },
  ],
})

function buildPages(outDir: string): void {
  const vite = join(packageFolder, 'node_modules/vite/bin/vite.js')
  const { status, stderr } = spawnSync(
    process.execPath,
    [vite, 'build', '--mode', 'pseudo', '--outDir', outDir],
    {
      cwd: packageFolder,
      encoding: 'utf8',
      env: { ...process.env, NODE_ENV: 'production' },
    },
  )
  if (status !== 0) throw new Error(`The pages do not build: ${stderr}`)
}

test.use({ viewport: { width: 390, height: 844 } })

test('no text of the pages is missing in a catalogue, and none overflows a phone', async ({
  page,
  loginAs,
  server,
}) => {
  test.slow()
  await page.context().addCookies([{ name: languageCookie, value: pseudoTag, url: server.url }])
  const check = async (path: string) => {
    await page.goto(path)
    await expect(page.locator('html')).toHaveAttribute('lang', pseudoTag)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
    expect(await listPlainTexts(page), path).toEqual([])
    await expectNoSidewaysScroll(page)
  }
  for (const path of ['/login', '/login?reason=expired', '/register', '/no-such-page']) {
    await check(path)
  }
  await loginAs(page, 'admin')
  for (const path of ['/items', '/account', '/sessions', '/activity', '/users', '/audit']) {
    await check(path)
  }
})

test('control: a text that stands in a page and in no catalogue is found', async ({ page }) => {
  await page.goto('/login')
  await page.evaluate(() => document.querySelector('main')?.append('Forgotten here'))
  expect(await listPlainTexts(page)).toContain('Forgotten here')
})

/** With two plain words or more, outside of what stays as it is: names, codes, what people typed. */
async function listPlainTexts(page: Page): Promise<string[]> {
  const texts = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found: string[] = []
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement
      if (parent?.closest('script, style, template, noscript, [translate=no]')) continue
      found.push(node.textContent?.trim() ?? '')
    }
    for (const named of document.querySelectorAll('[aria-label], [placeholder]')) {
      found.push(named.getAttribute('aria-label') ?? named.getAttribute('placeholder') ?? '')
    }
    return found
  })
  const isPlain = (text: string) => /[A-Za-z]{2,} [A-Za-z]{2,}/.test(text) && !/ø/.test(text)
  return texts.filter((text) => isPlain(text) && !asTheyAre.test(text))
}

/** The names of devices, which the server makes, and times as the browser writes them. */
const asTheyAre = /^Chrome on|\d{4} at \d/
