// A machine described in data, for tests of how browsers are found and installed.

import type { Machine } from './find-browser.ts'

/** A machine that is described by what is installed on it, and by what its installers add. */
export interface Description {
  platform?: NodeJS.Platform
  environment?: Record<string, string>
  isRoot?: boolean
  files?: string[]
  /** Files that exist but do not start, like a download whose libraries are missing. */
  broken?: string[]
  /** Which file a command adds; a command that is not listed fails. */
  brings?: Record<string, string>
}

export const playwrightPath = '/home/me/.cache/ms-playwright/chromium/chrome'

/** What is opened where no path is named. */
export const playwrightShell = '/home/me/.cache/ms-playwright/chromium_headless_shell/chrome'

export function describeMachine(description: Description) {
  const { brings = {}, broken = [], ...facts } = description
  const files = new Set(description.files)
  const commands: string[] = []
  const lines: string[] = []
  const machine: Machine = {
    platform: 'linux',
    environment: { PATH: '/usr/bin:/bin' },
    isRoot: false,
    ...facts,
    playwrightPath,
    exists: (path) => files.has(path),
    opensPage: async ({ executablePath = playwrightShell }) =>
      files.has(executablePath) && !broken.includes(executablePath),
    run: async (_command, args) => {
      const command = nameCommand(args)
      commands.push(command)
      const file = brings[command]
      if (file !== undefined) files.add(file)
      return file !== undefined
    },
    say: (line) => lines.push(line),
  }
  return { machine, commands, lines }
}

/** A package is named by its own name. */
function nameCommand(args: readonly string[]): string {
  if (args.includes('update')) return 'update'
  return args.some((arg) => arg.endsWith('cli.js')) ? 'download' : (args.at(-1) ?? '')
}
