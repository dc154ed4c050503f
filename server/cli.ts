// `npm run keycard -- <command>`: what an operator does without a browser.

import { clientsCommand } from './commands/clients.ts'
import type { Command } from './commands/command.ts'
import { createUserCommand } from './commands/create-user.ts'
import { importUsersCommand } from './commands/import-users.ts'
import { keysCommand } from './commands/keys.ts'
import { UsageError } from './commands/usage-error.ts'
import { loadEnvironment, readConfig } from './config.ts'
import { AppError } from './contract/app-error.ts'
import { StartError } from './contract/start-error.ts'

const commands: Record<string, Command> = {
  'create-user': createUserCommand,
  'import-users': importUsersCommand,
  clients: clientsCommand,
  keys: keysCommand,
}

const help = `Usage: npm run keycard -- <command>

${Object.values(commands)
  .map(({ usage, summary }) => `  ${usage}\n      ${summary}`)
  .join('\n\n')}

Settings come from the environment and .env, as for the server.
Exit codes: 0 done, 1 refused or failed, 2 called wrongly.`

const [name = 'help', ...words] = process.argv.slice(2)
const command = Object.hasOwn(commands, name) ? commands[name] : undefined

if (command) process.exitCode = await run(command)
else if (['help', '--help', '-h'].includes(name)) console.log(help)
else {
  console.error(`There is no command "${name}".\n\n${help}`)
  process.exitCode = 2
}

async function run(chosen: Command): Promise<number> {
  try {
    console.log(await chosen.run(words, readConfig(loadEnvironment())))
    return 0
  } catch (error) {
    const isKnown =
      error instanceof UsageError || error instanceof AppError || error instanceof StartError
    if (!isKnown) throw error
    console.error(error.message)
    if (!(error instanceof UsageError)) return 1
    console.error(`It is: npm run keycard -- ${chosen.usage}`)
    return 2
  }
}
