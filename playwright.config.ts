// How the browser tests run: all of them in a Chromium, or the main paths in a Firefox; no retries.

import { defineConfig, type PlaywrightTestConfig } from 'playwright/test'
import { firefoxChannel } from './e2e/support/browsers/find-firefox.ts'
import { findTestBrowsers, type TestBrowsers } from './e2e/support/browsers/find-test-browsers.ts'
import type { BrowserOptions } from './e2e/support/fixtures.ts'

const firefox = process.env.FOUND_FIREFOX
const sharedUse = { locale: 'en-GB', screenshot: 'only-on-failure' } as const

export default defineConfig<object, BrowserOptions>({
  testDir: 'e2e',
  outputDir: 'e2e/results',
  // Two keep two cores busy; each has a Keycard of its own, so that any test may run in any.
  workers: 2,
  fullyParallel: true,
  retries: 0,
  forbidOnly: true,
  // In milliseconds: a shared machine of two cores may be slow; that is not a failure.
  timeout: 60_000,
  expect: { timeout: 10_000 },
  ...(firefox ? mainPathsIn(firefox) : everythingIn(await findTriedBrowsers())),
})

type Config = PlaywrightTestConfig<object, BrowserOptions>

function everythingIn({ whole, shell }: TestBrowsers): Config {
  // A host that is not this machine's own name: plain http is not a secure context there.
  const args = [...shell.args, '--host-resolver-rules=MAP *.test localhost']
  return {
    testMatch: '**/*.spec.ts',
    use: {
      ...sharedUse,
      browserName: 'chromium',
      launchOptions: { ...shell, args },
      wholeBrowser: whole,
    },
  }
}

/** Without tests that need, or expect, what only Chromium does. */
function mainPathsIn(executablePath: string): Config {
  return {
    testMatch:
      /(after-paint|cross-site|example|fixtures|items|items-session|session|sign-in-form|users)\.spec\.ts$/,
    grepInvert: /@chromium/,
    use: {
      ...sharedUse,
      browserName: 'firefox',
      channel: firefoxChannel,
      launchOptions: {
        executablePath,
        // Back finds no page in a cache, as in Playwright's Chromium: its driver hears of none that does.
        firefoxUserPrefs: { 'browser.sessionhistory.max_total_viewers': 0 },
      },
    },
  }
}

/** Each worker reads this file again; the browsers are searched for and tried once. */
async function findTriedBrowsers(): Promise<TestBrowsers> {
  const tried = process.env.TRIED_BROWSERS
  const browsers: TestBrowsers = tried ? JSON.parse(tried) : await findTestBrowsers()
  process.env.TRIED_BROWSERS = JSON.stringify(browsers)
  return browsers
}
