// How the browser tests run: one Chromium, no retries, and a Keycard of each worker's own.

import { defineConfig } from 'playwright/test'
import { type Browser, findBrowser } from './e2e/find-browser.ts'

// Each worker reads this file again; the browser is looked for and tried once.
const tried = process.env.TRIED_BROWSER
const browser: Browser = tried ? JSON.parse(tried) : await findBrowser()
process.env.TRIED_BROWSER = JSON.stringify(browser)

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'e2e/results',
  workers: 2,
  retries: 0,
  forbidOnly: true,
  // In milliseconds: a shared machine of two cores may be slow, and is not wrong for that.
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    browserName: 'chromium',
    launchOptions: browser,
    locale: 'en-GB',
    screenshot: 'only-on-failure',
  },
})
