// `create-user`: how the first admin in production is created.

import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import type { Command } from './command.ts'
import { operator } from './operator.ts'
import { askNewPassword } from './terminal/ask-password.ts'
import { readOnly, sayUsage } from './terminal/read-words.ts'
import { withServices } from './with-services.ts'

export const createUserCommand: Command = {
  usage: 'create-user <username> [--admin] [--email <address>] [--full-name <name>]',
  summary:
    'Creates an account. Asks for the password, or reads it from the first line of standard input.',
  run: createUser,
}

async function createUser(words: string[], config: Config): Promise<string> {
  const { username, admin, email, fullName } = readWords(words)
  return withServices(config, async ({ userAdministration }) => {
    const password = await askNewPassword(username)
    const role = admin ? 'admin' : 'user'
    const request = { username, password, email, fullName, role } as const
    const user = await userAdministration.create(request, operator)
    return `${user.username} can sign in now${admin ? ', as an admin' : ''}.`
  })
}

function readWords(args: string[]) {
  const { positionals, values } = sayUsage(() =>
    parseArgs({
      args,
      allowPositionals: true,
      options: {
        admin: { type: 'boolean', default: false },
        email: { type: 'string' },
        'full-name': { type: 'string' },
      },
    }),
  )
  const username = readOnly(positionals, 'username')
  const { admin, email = null, 'full-name': fullName = null } = values
  return { username, admin, email, fullName }
}
