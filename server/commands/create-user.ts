// `create-user`: how the first admin of a production comes to be.

import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import { createServices } from '../services.ts'
import { askNewPassword } from './ask-password.ts'
import type { Command } from './command.ts'
import { UsageError } from './usage-error.ts'

export const createUserCommand: Command = {
  usage: 'create-user <username> [--admin] [--email <address>] [--full-name <name>]',
  summary: 'Makes an account. The password is asked for; piped in, it is the first line.',
  run: createUser,
}

async function createUser(words: string[], config: Config): Promise<string> {
  const { username, admin, email, fullName } = readWords(words)
  const services = await createServices(config, { serving: false })
  try {
    const user = await services.accounts.create({
      username,
      password: await askNewPassword(username),
      email,
      fullName,
      role: admin ? 'admin' : 'user',
    })
    return `${user.username} can sign in now${admin ? ', as an admin' : ''}.`
  } finally {
    await services.close()
  }
}

function readWords(words: string[]) {
  try {
    const { positionals, values } = parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        admin: { type: 'boolean', default: false },
        email: { type: 'string' },
        'full-name': { type: 'string' },
      },
    })
    const [username, ...rest] = positionals
    if (username === undefined || rest.length > 0) throw new Error('One user name is needed')
    const { admin, email = null, 'full-name': fullName = null } = values
    return { username, admin, email, fullName }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
