// The two browsers of the tests: a whole Chromium, and its headless shell, which needs a third less
// processor time.

import { delimiter, join } from 'node:path'
import { canInstallPackages, installPackages, updatePackageLists } from './debian-packages.ts'
import {
  argsOn,
  type Browser,
  findBrowser,
  type LaunchedBrowser,
  type Machine,
  thisMachine,
  tryPaths,
} from './find-browser.ts'

export interface TestBrowsers {
  whole: Browser
  /**
   * Has no window, no profile and no back/forward cache; runs all tests that need none of them. In
   * this order: Playwright's own, the system's, for root on Debian its package, and the whole
   * browser where there is no shell or TEST_BROWSER names what is to be tested.
   */
  shell: LaunchedBrowser
}

/** @throws Error with the command to run where no browser can be found */
export async function findTestBrowsers(machine: Machine = thisMachine()): Promise<TestBrowsers> {
  const whole = await findBrowser(machine)
  if (machine.environment.TEST_BROWSER) return { whole, shell: whole }
  const shell =
    (await tryPlaywrightShell(machine)) ??
    (await tryPaths(machine, listShellPaths(machine))) ??
    (await installShell(machine))
  return { whole, shell: shell ?? whole }
}

/** It comes with Playwright's own Chromium, and only Playwright knows where it is. */
async function tryPlaywrightShell(machine: Machine): Promise<LaunchedBrowser | undefined> {
  const shell = { args: argsOn(machine) }
  if (!(await machine.opensPage(shell))) return undefined
  machine.say("Browser: Playwright's own headless shell")
  return shell
}

function listShellPaths({ environment }: Machine): string[] {
  const folders = [...(environment.PATH ?? '').split(delimiter), '/usr/bin']
  const names = ['chromium-headless-shell', 'chrome-headless-shell']
  return [...new Set(names.flatMap((name) => folders.map((folder) => join(folder, name))))]
}

/** First from the present lists: they fit the Chromium that is installed. */
async function installShell(machine: Machine): Promise<Browser | undefined> {
  if (!canInstallPackages(machine)) return undefined
  const install = () => installPackages(machine, ['chromium-headless-shell'])
  const isInstalled =
    (await install()) || ((await updatePackageLists(machine)) && (await install()))
  return isInstalled ? tryPaths(machine, listShellPaths(machine)) : undefined
}
