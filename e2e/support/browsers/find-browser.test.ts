// In which order a browser is looked for, on machines of every kind.

import { describe, expect, it } from 'vitest'
import { type Description, describeMachine, playwrightPath } from './described-machine.ts'
import { findBrowser } from './find-browser.ts'

describe('findBrowser', () => {
  it("takes Playwright's own Chromium first", async () => {
    const { machine, commands } = describeMachine({ files: [playwrightPath, '/usr/bin/chromium'] })
    const { executablePath, args } = await findBrowser(machine)
    expect(executablePath).toBe(playwrightPath)
    expect(args).not.toContain('--no-sandbox')
    expect(commands).toEqual([])
  })

  it("takes the system's Chromium where Playwright's own lacks its libraries", async () => {
    const { machine, commands, lines } = describeMachine({
      files: [playwrightPath, '/usr/bin/chromium'],
      broken: [playwrightPath],
    })
    expect((await findBrowser(machine)).executablePath).toBe('/usr/bin/chromium')
    expect(commands).toEqual([])
    expect(lines).toEqual([
      `${playwrightPath} does not open a page: looking further.`,
      'Browser: /usr/bin/chromium',
    ])
  })

  it.each<[string, Description]>([
    ['/opt/tools/google-chrome', { environment: { PATH: '/opt/tools:/bin' } }],
    ['/usr/bin/chromium-browser', {}],
    ['/opt/google/chrome/chrome', {}],
    ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', { platform: 'darwin' }],
    [
      '/Users/me/Applications/Chromium.app/Contents/MacOS/Chromium',
      { platform: 'darwin', environment: { HOME: '/Users/me' } },
    ],
  ])('finds %s', async (path, description) => {
    const { machine, commands } = describeMachine({ ...description, files: [path] })
    expect((await findBrowser(machine)).executablePath).toBe(path)
    expect(commands).toEqual([])
  })

  it('finds Chrome on Windows', async () => {
    const { machine } = describeMachine({
      platform: 'win32',
      environment: { PROGRAMFILES: 'C:' },
      files: ['C:/Google/Chrome/Application/chrome.exe'],
    })
    expect((await findBrowser(machine)).executablePath).toMatch(/chrome\.exe$/)
  })

  it('downloads one where none is installed', async () => {
    const { machine, commands } = describeMachine({ brings: { download: playwrightPath } })
    expect((await findBrowser(machine)).executablePath).toBe(playwrightPath)
    expect(commands).toEqual(['download'])
  })

  it("installs Debian's package as root where the download fails", async () => {
    const { machine, commands } = describeMachine({
      isRoot: true,
      files: ['/etc/debian_version'],
      brings: { update: 'lists', chromium: '/usr/bin/chromium' },
    })
    const { executablePath, args } = await findBrowser(machine)
    expect(executablePath).toBe('/usr/bin/chromium')
    expect(args).toContain('--no-sandbox')
    expect(commands).toEqual(['download', 'update', 'chromium'])
  })

  it("installs Debian's package as root where the download does not start", async () => {
    const { machine, commands } = describeMachine({
      isRoot: true,
      files: ['/etc/debian_version'],
      broken: [playwrightPath],
      brings: { download: playwrightPath, chromium: '/usr/bin/chromium' },
    })
    expect((await findBrowser(machine)).executablePath).toBe('/usr/bin/chromium')
    expect(commands).toEqual(['download', 'update', 'chromium'])
  })

  it.each<[string, Description]>([
    ['only root installs packages', { files: ['/etc/debian_version'] }],
    ['only Debian has apt-get', { isRoot: true }],
    ['the package does not come either', { isRoot: true, files: ['/etc/debian_version'] }],
  ])('says what to run where no browser can be found: %s', async (_reason, description) => {
    const { machine } = describeMachine(description)
    await expect(findBrowser(machine)).rejects.toThrow(
      'npx playwright install --with-deps chromium',
    )
  })

  it('takes the browser that TEST_BROWSER names before any other', async () => {
    const { machine } = describeMachine({
      environment: { TEST_BROWSER: '/opt/brave' },
      files: ['/opt/brave', playwrightPath],
    })
    expect((await findBrowser(machine)).executablePath).toBe('/opt/brave')
  })

  it('does not silently take another browser than TEST_BROWSER names', async () => {
    const { machine } = describeMachine({
      environment: { TEST_BROWSER: '/opt/brave' },
      files: [playwrightPath],
    })
    await expect(findBrowser(machine)).rejects.toThrow('TEST_BROWSER is /opt/brave')
  })
})
