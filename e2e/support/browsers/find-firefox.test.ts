// Where a Firefox is looked for, and the message where there is none.

import { describe, expect, it } from 'vitest'
import { type FirefoxMachine, findFirefox } from './find-firefox.ts'

function describeMachine(files: string[], facts: Partial<FirefoxMachine> = {}): FirefoxMachine {
  return {
    platform: 'linux',
    environment: { PATH: '/usr/bin:/bin' },
    exists: (path) => files.includes(path),
    opensPage: async () => true,
    ...facts,
  }
}

describe('findFirefox', () => {
  it.each<[string, Partial<FirefoxMachine>]>([
    ['/usr/bin/firefox-esr', {}],
    ['/bin/firefox', {}],
    ['/Applications/Firefox.app/Contents/MacOS/firefox', { platform: 'darwin' }],
  ])('finds %s', async (path, facts) => {
    expect(await findFirefox(describeMachine([path], facts))).toBe(path)
  })

  it('finds one on Windows', async () => {
    const windows = { platform: 'win32', environment: { PROGRAMFILES: 'C:' } } as const
    const machine = describeMachine([], { ...windows, exists: () => true })
    expect(await findFirefox(machine)).toMatch(/Mozilla Firefox.firefox\.exe$/)
  })

  it('looks further where one is too old to be driven', async () => {
    const machine = describeMachine(['/usr/bin/firefox-esr', '/usr/bin/firefox'], {
      opensPage: async (path) => path === '/usr/bin/firefox',
    })
    expect(await findFirefox(machine)).toBe('/usr/bin/firefox')
  })

  it('takes what TEST_FIREFOX names, and no other', async () => {
    const environment = { TEST_FIREFOX: '/opt/firefox/firefox' }
    const machine = describeMachine(['/usr/bin/firefox', '/opt/firefox/firefox'], { environment })
    expect(await findFirefox(machine)).toBe('/opt/firefox/firefox')
    const without = describeMachine(['/usr/bin/firefox'], { environment })
    await expect(findFirefox(without)).rejects.toThrow('TEST_FIREFOX')
  })

  it('says what to install where there is none', async () => {
    await expect(findFirefox(describeMachine([]))).rejects.toThrow('firefox-esr')
  })
})
