// `npm run keycard -- <command>`: what an operator does without a browser.

import { once } from 'node:events'
import { afterRestoreCommand } from './commands/after-restore.ts'
import { auditCommand } from './commands/audit.ts'
import { backupCommand } from './commands/backup.ts'
import {
  changeUserCommand,
  deleteUserCommand,
  forgetDeviceCommand,
} from './commands/change-user.ts'
import { clientsCommand } from './commands/clients.ts'
import type { Command } from './commands/command.ts'
import { createUserCommand } from './commands/create-user.ts'
import { disableCommand, enableCommand, unlockCommand } from './commands/disable.ts'
import { endSessionsCommand } from './commands/end-sessions.ts'
import { importUsersCommand } from './commands/import-users.ts'
import { keysCommand } from './commands/keys.ts'
import { listUsersCommand } from './commands/list-users.ts'
import { mailCommand } from './commands/mail.ts'
import { overviewCommand } from './commands/overview.ts'
import { purgeCommand } from './commands/purge.ts'
import { restoreCommand } from './commands/restore.ts'
import { setPasswordCommand } from './commands/set-password.ts'
import { showUserCommand } from './commands/show-user.ts'
import { UsageError } from './commands/terminal/usage-error.ts'
import { loadConfig } from './config.ts'
import { AppError } from './contract/app-error.ts'
import { StartError } from './settings/start-error.ts'

const commands: Record<string, Command> = {
  'create-user': createUserCommand,
  'import-users': importUsersCommand,
  'list-users': listUsersCommand,
  'show-user': showUserCommand,
  'change-user': changeUserCommand,
  'set-password': setPasswordCommand,
  disable: disableCommand,
  enable: enableCommand,
  unlock: unlockCommand,
  'end-sessions': endSessionsCommand,
  'forget-device': forgetDeviceCommand,
  'delete-user': deleteUserCommand,
  clients: clientsCommand,
  keys: keysCommand,
  overview: overviewCommand,
  audit: auditCommand,
  mail: mailCommand,
  purge: purgeCommand,
  backup: backupCommand,
  restore: restoreCommand,
  'after-restore': afterRestoreCommand,
}

const help = `Usage: npm run keycard -- <command>

${Object.values(commands).map(describe).join('\n\n')}

Settings come from the environment and .env, as for the server.
Exit codes: 0 done, 1 refused or failed, 2 called wrongly.`

const helpWords = ['help', '--help', '-h']
const [name = 'help', ...words] = process.argv.slice(2)
const command = findCommand(name)

// The reader may stop reading, as `| head` does.
process.stdout.on('error', () => process.exit(0))

if (helpWords.includes(name)) console.log(describeOrAll(words[0]))
else if (!command) {
  console.error(`There is no command "${name}".\n\n${help}`)
  process.exitCode = 2
} else if (words.some((word) => word === '--help' || word === '-h')) {
  console.log(describeOrAll(name))
} else process.exitCode = await run(command)

async function run(chosen: Command): Promise<number> {
  try {
    await print(chosen.run(words, loadConfig(console.warn)))
    return 0
  } catch (error) {
    const isKnown =
      error instanceof UsageError || error instanceof AppError || error instanceof StartError
    if (!isKnown) throw error
    console.error(error.message)
    if (!(error instanceof UsageError)) return 1
    console.error(`Usage: npm run keycard -- ${chosen.usage}`)
    return 2
  }
}

async function print(output: Promise<string> | AsyncIterable<string>): Promise<void> {
  if (output instanceof Promise) return console.log(await output)
  for await (const part of output) {
    // Fetches no more than is read.
    if (!process.stdout.write(part)) await once(process.stdout, 'drain')
  }
}

function findCommand(word: string): Command | undefined {
  return Object.hasOwn(commands, word) ? commands[word] : undefined
}

function describeOrAll(word = ''): string {
  const chosen = findCommand(word)
  return chosen ? `Usage: npm run keycard -- <command>\n\n${describe(chosen)}` : help
}

function describe({ usage, summary }: Command): string {
  return `  ${usage}\n${wrap(summary)}`
}

/** At the words, so that an indented line ends before the 80th column. */
function wrap(text: string): string {
  return text.replaceAll(/(.{1,72})(?: |$)/g, '      $1\n').trimEnd()
}
