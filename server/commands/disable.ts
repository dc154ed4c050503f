// `disable`, `enable` and `unlock`: stop a user from signing in, and allow it again.

import { parseArgs } from 'node:util'
import type { Command } from './command.ts'
import { findUser } from './find-user.ts'
import { operator } from './operator.ts'
import { withProgress } from './terminal/progress.ts'
import { readOnly, sayUsage } from './terminal/read-words.ts'
import { withServices } from './with-services.ts'

export const disableCommand: Command = {
  usage: 'disable <name>',
  summary: 'Signs a user out everywhere within a second and blocks sign-in to that account.',
  run: (words, config) => {
    const name = readName(words)
    return withServices(config, async (services) => {
      const { id, username, disabled } = await findUser(services, name)
      await withProgress('Sessions ended', (onProgress) =>
        services.userAdministration.disable(id, operator, onProgress),
      )
      if (disabled) return `${username} is disabled already.`
      return `${username} is signed out everywhere, and cannot sign in.`
    })
  },
}

export const enableCommand: Command = {
  usage: 'enable <name>',
  summary: 'Lets a disabled user sign in again.',
  run: (words, config) => {
    const name = readName(words)
    return withServices(config, async (services) => {
      const { id, username, disabled } = await findUser(services, name)
      if (!disabled) return `${username} is not disabled.`
      await services.userAdministration.enable(id, operator)
      return `${username} can sign in again.`
    })
  },
}

export const unlockCommand: Command = {
  usage: 'unlock <name>',
  summary: 'Unlocks an account after too many wrong passwords. Its password stays the same.',
  run: (words, config) => {
    const name = readName(words)
    return withServices(config, async (services) => {
      const { id, username } = await findUser(services, name)
      await services.userAdministration.unlock(id, operator)
      return `${username} can sign in from anywhere again, with the same password.`
    })
  },
}

function readName(args: string[]): string {
  return sayUsage(() =>
    readOnly(parseArgs({ args, allowPositionals: true }).positionals, 'username'),
  )
}
