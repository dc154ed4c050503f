// Finds a Chromium for the browser tests, and brings one where there is none.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'

export interface Browser {
  executablePath: string
  args: string[]
}

/** What finding asks of the machine, so that tests can be a machine of any kind. */
export interface Machine {
  platform: NodeJS.Platform
  environment: Readonly<Record<string, string | undefined>>
  isRoot: boolean
  /** Where Playwright keeps the Chromium that it downloads. */
  playwrightPath: string
  exists(path: string): boolean
  /** Whether the browser really opens a page: a file that is there may lack its libraries. */
  opensPage(browser: Browser): Promise<boolean>
  /** Runs a command to its end; false where it failed, was not found or took too long. */
  run(command: string, args: readonly string[], options: RunOptions): Promise<boolean>
  say(line: string): void
}

/** What `npx playwright` runs; run by Node itself, it is stopped for good when it takes too long. */
const playwrightCli = fileURLToPath(new URL('../node_modules/playwright/cli.js', import.meta.url))

interface RunOptions {
  timeoutMs: number
  environment?: Record<string, string>
}

/**
 * In this order: what TEST_BROWSER names, the system's headless shell, Playwright's own Chromium,
 * the system's Chromium or Chrome, Playwright's download, and for root on Debian a package.
 * @throws Error with the command to run where no browser can be had
 */
export async function findBrowser(machine: Machine = thisMachine()): Promise<Browser> {
  const named = machine.environment.TEST_BROWSER
  if (named) {
    const browser = await tryBrowser(machine, named)
    if (browser) return browser
    throw new Error(`TEST_BROWSER is ${named}, which does not open a page: name another or none.`)
  }
  const found =
    (await tryPaths(machine, [
      ...listShellPaths(machine),
      machine.playwrightPath,
      ...listSystemPaths(machine),
    ])) ??
    (await downloadBrowser(machine)) ??
    (await installPackage(machine))
  if (found) return found
  throw new Error(
    'No Chromium for the browser tests: run "npx playwright install --with-deps chromium", ' +
      'or set TEST_BROWSER to the path of a Chromium or Chrome.',
  )
}

/**
 * Chromium without windows: a page of it takes a third of the processor time, because no window with
 * its tabs and its address bar is made for each of them.
 */
const headlessShell = 'chromium-headless-shell'

function listShellPaths({ platform, environment }: Machine): string[] {
  return platform === 'linux' ? listOnPath(environment, headlessShell) : []
}

function listOnPath(environment: Machine['environment'], name: string): string[] {
  const folders = [...(environment.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin']
  return [...new Set(folders)].map((folder) => join(folder, name))
}

/** Where Chromium and Chrome are usually installed; a snap's or shim's stub is found out later. */
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
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
  const paths = names.flatMap((name) => listOnPath(environment, name))
  return [...paths, '/opt/google/chrome/chrome', '/snap/bin/chromium']
}

async function downloadBrowser(machine: Machine): Promise<Browser | undefined> {
  machine.say('No Chromium here yet: asking Playwright to download one.')
  const downloaded = await machine.run(process.execPath, [playwrightCli, 'install', 'chromium'], {
    timeoutMs: 300_000,
    // Without the net the download gives up in seconds; its own default is half a minute a try.
    environment: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '2000' },
  })
  if (!downloaded) machine.say('The download did not come.')
  return downloaded ? tryPaths(machine, [machine.playwrightPath]) : undefined
}

async function installPackage(machine: Machine): Promise<Browser | undefined> {
  const isDebian = machine.platform === 'linux' && machine.exists('/etc/debian_version')
  if (!machine.isRoot || !isDebian) return undefined
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' }
  // Another installation may be under way: wait for it, but not for ever.
  const aptGet = ['-q', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Dpkg::Use-Pty=0']
  // A failed update is no reason to stop: the lists that are here may do.
  await machine.run('apt-get', [...aptGet, 'update'], { timeoutMs: 180_000, environment: quiet })
  // An older Debian has no package of the shell alone.
  for (const name of [headlessShell, 'chromium']) {
    machine.say(`Installing Debian's package ${name}.`)
    const installed = await machine.run(
      'apt-get',
      [...aptGet, 'install', '-y', '--no-install-recommends', name],
      { timeoutMs: 600_000, environment: quiet },
    )
    if (!installed) machine.say('The package could not be installed.')
    const paths = [...listShellPaths(machine), ...listSystemPaths(machine)]
    const browser = installed && (await tryPaths(machine, paths))
    if (browser) return browser
  }
  return undefined
}

async function tryPaths(machine: Machine, paths: readonly string[]): Promise<Browser | undefined> {
  for (const path of paths) {
    if (!machine.exists(path)) continue
    const browser = await tryBrowser(machine, path)
    if (browser) return browser
    machine.say(`${path} does not open a page: looking further.`)
  }
  return undefined
}

/**
 * For each window Chromium loads two pages of its own, for suggestions below its address bar: half of
 * the processor time of all the tests. It reads the last such list alone, so that the rest of it is
 * what Playwright itself switches off because it gets in the way of tests.
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
  // Chromium refuses to run as root inside its sandbox.
  const args = machine.isRoot ? ['--no-sandbox', withoutFeatures] : [withoutFeatures]
  const browser = { executablePath, args }
  if (!(await machine.opensPage(browser))) return undefined
  machine.say(`Browser: ${executablePath}`)
  return browser
}

function thisMachine(): Machine {
  return {
    platform: process.platform,
    environment: process.env,
    isRoot: process.getuid?.() === 0,
    playwrightPath: chromium.executablePath(),
    exists: existsSync,
    opensPage,
    run,
    say: (line) => console.log(line),
  }
}

async function opensPage(browser: Browser): Promise<boolean> {
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

function run(command: string, args: readonly string[], options: RunOptions): Promise<boolean> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...process.env, ...options.environment },
    timeout: options.timeoutMs,
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  return new Promise((resolve) => {
    child.once('error', () => resolve(false))
    child.once('close', (code) => {
      // Of a tool that failed, the first line says why; the stacks below it help nobody here.
      if (code !== 0) console.log(complaint.trim().split('\n')[0])
      resolve(code === 0)
    })
  })
}
