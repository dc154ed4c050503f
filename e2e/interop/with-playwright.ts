// Chromium, and Firefox over WebDriver BiDi, driven by Playwright.

import { type Browser, type BrowserContext, chromium, firefox, type Page } from 'playwright'
import { installPackages, updatePackageLists } from '../support/browsers/debian-packages.ts'
import { findBrowser, thisMachine } from '../support/browsers/find-browser.ts'
import { findFirefox, firefoxChannel } from '../support/browsers/find-firefox.ts'
import type { BrowserOptions, DrivenBrowser, DrivenTab } from './driven-browser.ts'

export async function openChromium(): Promise<DrivenBrowser> {
  return driveLaunched('Chromium', await chromium.launch(await findBrowser()))
}

/** Installed from Debian where there is none. */
export async function openFirefox({
  blocksCookies = false,
}: BrowserOptions = {}): Promise<DrivenBrowser> {
  const executablePath = await findFirefox().catch(async (error) => {
    const machine = thisMachine()
    if (!(await updatePackageLists(machine))) throw error
    await installPackages(machine, ['firefox-esr'])
    return findFirefox()
  })
  const firefoxUserPrefs = blocksCookies ? { 'network.cookie.cookieBehavior': 2 } : {}
  const options = { executablePath, channel: firefoxChannel, firefoxUserPrefs }
  return driveLaunched('Firefox', await firefox.launch(options))
}

/** @param name with its version */
export function drive(name: string, context: BrowserContext): DrivenBrowser {
  return {
    name,
    openTab: async () => driveTab(await context.newPage()),
    close: () => context.close(),
  }
}

async function driveLaunched(name: string, browser: Browser): Promise<DrivenBrowser> {
  const driven = drive(`${name} ${browser.version()}`, await browser.newContext())
  return { ...driven, close: () => browser.close() }
}

function driveTab(page: Page): DrivenTab {
  return {
    open: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    fill: (fieldName, text) => page.locator(`[name="${fieldName}"]`).fill(text),
    press: (xpath) => page.locator(`xpath=${xpath}`).click(),
    async readAddress() {
      const { pathname, search } = new URL(page.url())
      return pathname + search
    },
    readText: () => page.locator('body').innerText(),
  }
}
