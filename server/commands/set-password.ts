// `set-password`: for users who forgot theirs, and for accounts that an attacker has got into.

import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import type { Command } from './command.ts'
import { findUser } from './find-user.ts'
import { operator } from './operator.ts'
import { askNewPassword } from './terminal/ask-password.ts'
import { withProgress } from './terminal/progress.ts'
import { readOnly, sayUsage } from './terminal/read-words.ts'
import { sayEnded } from './terminal/say-ended.ts'
import { withServices } from './with-services.ts'

export const setPasswordCommand: Command = {
  usage: 'set-password <name>',
  summary: 'Asks for a new password, as create-user does, and signs the user out everywhere.',
  run: setPassword,
}

async function setPassword(args: string[], config: Config): Promise<string> {
  const name = sayUsage(() =>
    readOnly(parseArgs({ args, allowPositionals: true }).positionals, 'username'),
  )
  return withServices(config, async (services) => {
    // Checked first, so that no one types a password twice for a user who does not exist.
    const { id, username } = await findUser(services, name)
    const password = await askNewPassword(username)
    const ended = await withProgress('Sessions ended', (onProgress) =>
      services.userAdministration.setPassword(id, password, operator, onProgress),
    )
    return `${username} signs in with the new password from now on. ${sayEnded(ended)}`
  })
}
