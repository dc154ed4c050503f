// Where a WebKitGTK is looked for, when it is installed, and the message where there is none.

import { describe, expect, it } from 'vitest'
import { findWebKit, type WebKitMachine } from './find-webkit.ts'

const debian = '/etc/debian_version'
const found = { driver: '/usr/bin/WebKitWebDriver', xvfb: '/usr/bin/Xvfb' }

/** `brings`: the files that an installation adds. */
function describeMachine(files: string[], brings: string[] = [], isRoot = true) {
  const present = new Set(files)
  const commands: string[] = []
  const machine: WebKitMachine = {
    platform: 'linux',
    environment: { PATH: '/usr/local/bin:/usr/bin' },
    isRoot,
    exists: (path) => present.has(path),
    run: async (command, args) => {
      commands.push([command, ...args.filter((arg) => /^[a-z]/.test(arg))].join(' '))
      if (!args.includes('install')) return true
      for (const file of brings) present.add(file)
      return brings.length > 0
    },
    say: () => undefined,
  }
  return { machine, commands }
}

describe('findWebKit', () => {
  it('takes an installed one, and installs nothing', async () => {
    const { machine, commands } = describeMachine([debian, found.driver, found.xvfb])
    expect(await findWebKit(machine)).toEqual(found)
    expect(commands).toEqual([])
  })

  it('installs the driver and the display for root on Debian', async () => {
    const { machine, commands } = describeMachine([debian, found.driver], [found.xvfb])
    expect(await findWebKit(machine)).toEqual(found)
    expect(commands).toEqual(['apt-get update', 'apt-get install webkit2gtk-driver xvfb'])
  })

  it.each<[string, string[], boolean]>([
    ['who may not run apt-get', [debian], false],
    ['whose system is another', [], true],
    ['whose packages do not come', [debian], true],
  ])('tells a user %s what to install', async (_whom, files, isRoot) => {
    const { machine } = describeMachine(files, [], isRoot)
    await expect(findWebKit(machine)).rejects.toThrow('webkit2gtk-driver and xvfb')
  })
})
