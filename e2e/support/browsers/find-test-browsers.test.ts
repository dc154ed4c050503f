// Which browsers the tests run in, on machines of every kind.

import { describe, expect, it } from 'vitest'
import {
  type Description,
  describeMachine,
  playwrightPath,
  playwrightShell,
} from './described-machine.ts'
import { findTestBrowsers } from './find-test-browsers.ts'

const debian = { isRoot: true, files: ['/usr/bin/chromium', '/etc/debian_version'] }
const debianShell = '/usr/bin/chromium-headless-shell'

async function findOn(description: Description) {
  const { machine, commands } = describeMachine(description)
  const { whole, shell } = await findTestBrowsers(machine)
  return { whole: whole.executablePath, shell, commands }
}

describe('findTestBrowsers', () => {
  it("takes Playwright's own headless shell first, which it finds itself", async () => {
    const files = [playwrightPath, playwrightShell, debianShell]
    const { whole, shell, commands } = await findOn({ files })
    expect(whole).toBe(playwrightPath)
    expect(shell.executablePath).toBeUndefined()
    expect(shell.args).not.toContain('--no-sandbox')
    expect(commands).toEqual([])
  })

  it("takes the system's where Playwright's own lacks its libraries", async () => {
    const files = [playwrightShell, '/usr/bin/chromium', debianShell]
    const { whole, shell, commands } = await findOn({ files, broken: [playwrightShell] })
    expect(whole).toBe('/usr/bin/chromium')
    expect(shell.executablePath).toBe(debianShell)
    expect(commands).toEqual([])
  })

  it("installs Debian's package as root", async () => {
    const brings = { 'chromium-headless-shell': debianShell }
    const { shell, commands } = await findOn({ ...debian, brings })
    expect(shell.executablePath).toBe(debianShell)
    expect(shell.args).toContain('--no-sandbox')
    expect(commands).toEqual(['chromium-headless-shell'])
  })

  it('updates the package lists where the present ones lack it', async () => {
    const { shell, commands } = await findOn(debian)
    expect(shell.executablePath).toBe('/usr/bin/chromium')
    expect(commands).toEqual(['chromium-headless-shell', 'update', 'chromium-headless-shell'])
  })

  it('takes the whole browser for everything where there is no shell and no way to get one', async () => {
    const { shell, commands } = await findOn({ files: ['/usr/bin/chromium'] })
    expect(shell.executablePath).toBe('/usr/bin/chromium')
    expect(commands).toEqual([])
  })

  it('runs everything in the browser that TEST_BROWSER names', async () => {
    const environment = { TEST_BROWSER: '/opt/brave' }
    const files = ['/opt/brave', playwrightShell, debianShell]
    const { whole, shell } = await findOn({ environment, files })
    expect([whole, shell.executablePath]).toEqual(['/opt/brave', '/opt/brave'])
  })
})
