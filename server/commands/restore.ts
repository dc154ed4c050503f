// `restore`: a backup replaces the SQLite database, and revives no token.

import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import type { Command } from './command.ts'
import { operator } from './operator.ts'
import { withProgress } from './terminal/progress.ts'
import { readOnly, sayUsage } from './terminal/read-words.ts'

export const restoreCommand: Command = {
  usage: 'restore <file>',
  summary:
    'Puts a backup in the place of the database, which stays beside it. Stop the server first. ' +
    'All users have to sign in again.',
  run: restore,
}

async function restore(args: string[], config: Config): Promise<string> {
  const file = sayUsage(() =>
    readOnly(parseArgs({ args, allowPositionals: true }).positionals, 'file'),
  )
  // Loaded on demand: with PostgreSQL no command needs SQLite.
  const { restoreDatabase } = await import('../restore.ts')
  const { userCount, keptAs } = await withProgress('Sessions', (onProgress) =>
    restoreDatabase(config, file, operator, onProgress),
  )
  const accounts = userCount === 1 ? 'Its 1 account signs' : `Its ${userCount} accounts sign`
  const before = keptAs === null ? '' : `\nWhat was there before is in ${keptAs}.`
  return `${file} is the database now. ${accounts} in again.${before}`
}
