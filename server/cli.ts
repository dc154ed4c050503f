// `npm run keycard -- <command>`: what an operator does without a browser.

import { createUserCommand } from './commands/create-user.ts'
import { UsageError } from './commands/usage-error.ts'
import { loadEnvironment, readConfig } from './config.ts'
import { AppError } from './contract/app-error.ts'
import { StartError } from './contract/start-error.ts'

/** Exit codes: 0 done, 1 refused or failed, 2 called wrongly. */
const commands = new Map([['create-user', createUserCommand]])

const help = `Usage: npm run keycard -- <command>

  create-user <username> [--admin] [--email <address>] [--full-name <name>]
      Makes an account. The password is asked for; piped in, it is the first line.

Settings come from the environment and .env, as for the server.`

const [name = 'help', ...words] = process.argv.slice(2)
const command = commands.get(name)

if (command) process.exitCode = await run(command)
else if (['help', '--help', '-h'].includes(name)) console.log(help)
else {
  console.error(`There is no command "${name}".\n\n${help}`)
  process.exitCode = 2
}

async function run(chosen: typeof createUserCommand): Promise<number> {
  try {
    console.log(await chosen(words, readConfig(loadEnvironment())))
    return 0
  } catch (error) {
    const isKnown =
      error instanceof UsageError || error instanceof AppError || error instanceof StartError
    if (!isKnown) throw error
    console.error(error.message)
    return error instanceof UsageError ? 2 : 1
  }
}
