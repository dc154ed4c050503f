// Finds a Chromium for the browser tests, and installs one where there is none.

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import {
  installPackages,
  type PackageMachine,
  runCommand,
  updatePackageLists,
} from './debian-packages.ts'

export interface Browser extends LaunchedBrowser {
  executablePath: string
}

export interface LaunchedBrowser {
  /** Without it, Playwright's own headless shell. */
  executablePath?: string
  args: string[]
}

/** What finding needs from the machine, so that tests can describe any machine. */
export interface Machine extends PackageMachine {
  environment: Readonly<Record<string, string | undefined>>
  /** Where Playwright keeps the Chromium that it downloads. */
  playwrightPath: string
  /** Whether the browser really opens a page: an existing file may lack its libraries. */
  opensPage(browser: LaunchedBrowser): Promise<boolean>
}

/**
 * What `npx playwright` runs; run directly by Node, it can be killed for good when it takes too
 * long.
 */
const playwrightCli = fileURLToPath(
  new URL('../../../node_modules/playwright/cli.js', import.meta.url),
)

/**
 * In this order: what TEST_BROWSER names, Playwright's own Chromium, the system's Chromium or
 * Chrome, Playwright's download, and for root on Debian its package.
 * @throws Error with the command to run where no browser can be found
 */
export async function findBrowser(machine: Machine = thisMachine()): Promise<Browser> {
  const named = machine.environment.TEST_BROWSER
  if (named) {
    const browser = await tryBrowser(machine, named)
    if (browser) return browser
    throw new Error(`TEST_BROWSER is ${named}, which does not open a page: name another or none.`)
  }
  const found =
    (await tryPaths(machine, [machine.playwrightPath, ...listSystemPaths(machine)])) ??
    (await downloadBrowser(machine)) ??
    (await installPackage(machine))
  if (found) return found
  throw new Error(
    'No Chromium for the browser tests: run "npx playwright install --with-deps chromium", ' +
      'or set TEST_BROWSER to the path of a Chromium or Chrome.',
  )
}

/** Where Chromium and Chrome are usually installed; the stub of a snap or shim is detected later. */
function listSystemPaths({ platform, environment }: Machine): string[] {
  if (platform === 'darwin') {
    return [
      'Chromium.app/Contents/MacOS/Chromium',
      'Google Chrome.app/Contents/MacOS/Google Chrome',
    ].flatMap((app) => [`/Applications/${app}`, join(environment.HOME ?? '', 'Applications', app)])
  }
  if (platform === 'win32') {
    return [environment.PROGRAMFILES, environment['PROGRAMFILES(X86)'], environment.LOCALAPPDATA]
      .filter((folder) => folder !== undefined)
      .flatMap((folder) => [
        join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
        join(folder, 'Chromium', 'Application', 'chrome.exe'),
        join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
      ])
  }
  const folders = [...(environment.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin']
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...new Set([...paths, '/opt/google/chrome/chrome', '/snap/bin/chromium'])]
}

async function downloadBrowser(machine: Machine): Promise<Browser | undefined> {
  machine.say('No Chromium here yet: asking Playwright to download one.')
  const downloaded = await machine.run(process.execPath, [playwrightCli, 'install', 'chromium'], {
    timeoutMs: 300_000,
    // Without a network the download gives up in seconds; its own default is half a minute a try.
    environment: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '2000' },
  })
  if (!downloaded) machine.say('The download did not come.')
  return downloaded ? tryPaths(machine, [machine.playwrightPath]) : undefined
}

async function installPackage(machine: Machine): Promise<Browser | undefined> {
  if (!(await updatePackageLists(machine))) return undefined
  const isInstalled = await installPackages(machine, ['chromium'])
  return isInstalled ? tryPaths(machine, listSystemPaths(machine)) : undefined
}

export async function tryPaths(
  machine: Machine,
  paths: readonly string[],
): Promise<Browser | undefined> {
  for (const path of paths) {
    if (!machine.exists(path)) continue
    const browser = await tryBrowser(machine, path)
    if (browser) return browser
    machine.say(`${path} does not open a page: looking further.`)
  }
  return undefined
}

/**
 * For each window Chromium loads two pages of its own, for suggestions below its address bar:
 * nearly half of the processor time of a test. It reads only the last such list, so the rest of
 * this one is what Playwright itself switches off because it gets in the way of tests.
 */
const withoutFeatures = `--disable-features=${[
  ...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup'],
  ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'PaintHolding'],
  ...['HttpsUpgrades', 'ThirdPartyStoragePartitioning', 'Translate', 'MediaRouter'],
  ...['DialMediaRouteProvider', 'GlobalMediaControls', 'LensOverlay', 'AimEnabled'],
  ...['BlockOriginHeaderModificationOnRedirect', 'AvoidCorsURLLoaderRestartOnRedirect'],
  ...['OptimizationHints', 'NetworkTimeServiceQuerying'],
].join()}`

async function tryBrowser(machine: Machine, executablePath: string): Promise<Browser | undefined> {
  const browser = { executablePath, args: argsOn(machine) }
  if (!(await machine.opensPage(browser))) return undefined
  machine.say(`Browser: ${executablePath}`)
  return browser
}

/** Chromium refuses to run as root inside its sandbox. */
export function argsOn({ isRoot }: Machine): string[] {
  return isRoot ? ['--no-sandbox', withoutFeatures] : [withoutFeatures]
}

export function thisMachine(): Machine {
  return {
    platform: process.platform,
    environment: process.env,
    isRoot: process.getuid?.() === 0,
    playwrightPath: chromium.executablePath(),
    exists: existsSync,
    opensPage,
    run: runCommand,
    say: (line) => console.log(line),
  }
}

async function opensPage(browser: LaunchedBrowser): Promise<boolean> {
  try {
    const running = await chromium.launch({ ...browser, timeout: 30_000 })
    try {
      const page = await running.newPage()
      await page.goto('about:blank')
      return true
    } finally {
      await running.close()
    }
  } catch {
    return false
  }
}
