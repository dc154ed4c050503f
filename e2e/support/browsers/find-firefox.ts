// Finds the Firefox of this machine for the main paths; it is never installed.

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { firefox } from 'playwright'

/** What finding needs from the machine, so that tests can describe any machine. */
export interface FirefoxMachine {
  platform: NodeJS.Platform
  environment: Readonly<Record<string, string | undefined>>
  exists(path: string): boolean
  /** Whether Playwright can drive it: one that is too old starts, and does not answer Playwright. */
  opensPage(path: string): Promise<boolean>
}

/**
 * What TEST_FIREFOX names, or else one of the usual places. Playwright's own Firefox is not among
 * them: it is not the one that people use.
 * @throws Error with what to do where there is none
 */
export async function findFirefox(machine: FirefoxMachine = thisMachine()): Promise<string> {
  const named = machine.environment.TEST_FIREFOX
  for (const path of named ? [named] : listPaths(machine)) {
    if (machine.exists(path) && (await machine.opensPage(path))) return path
  }
  throw new Error(
    'No Firefox that Playwright can drive: install a recent one (on Debian, firefox-esr), ' +
      'or set TEST_FIREFOX to its path.',
  )
}

/** Firefox speaks WebDriver BiDi with Playwright: the browser as it is, without patches. */
export const firefoxChannel = 'moz-firefox'

function listPaths({ platform, environment }: FirefoxMachine): string[] {
  if (platform === 'darwin') return ['/Applications/Firefox.app/Contents/MacOS/firefox']
  if (platform === 'win32') {
    return [environment.PROGRAMFILES, environment.LOCALAPPDATA]
      .filter((folder) => folder !== undefined)
      .map((folder) => join(folder, 'Mozilla Firefox', 'firefox.exe'))
  }
  const folders = [...(environment.PATH ?? '').split(delimiter), '/usr/bin']
  return [...new Set(folders)].flatMap((folder) => [
    join(folder, 'firefox-esr'),
    join(folder, 'firefox'),
  ])
}

function thisMachine(): FirefoxMachine {
  return {
    platform: process.platform,
    environment: process.env,
    exists: existsSync,
    opensPage,
  }
}

async function opensPage(executablePath: string): Promise<boolean> {
  try {
    const browser = await firefox.launch({ executablePath, channel: firefoxChannel })
    try {
      await (await browser.newPage()).goto('about:blank')
      return true
    } finally {
      await browser.close()
    }
  } catch {
    return false
  }
}
