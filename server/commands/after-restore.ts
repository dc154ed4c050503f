// `after-restore`: does to a backup's tokens what `restore` does, where another tool has restored it.

import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import type { Command } from './command.ts'
import { operator } from './operator.ts'
import { withProgress } from './terminal/progress.ts'
import { sayUsage } from './terminal/read-words.ts'
import { sayEnded } from './terminal/say-ended.ts'
import { withServices } from './with-services.ts'

export const afterRestoreCommand: Command = {
  usage: 'after-restore',
  summary:
    'To be run after pg_restore, before any server starts: ends every session and every token ' +
    'from before. After `restore` there is no need.',
  run: endTokens,
}

async function endTokens(args: string[], config: Config): Promise<string> {
  sayUsage(() => parseArgs({ args }))
  const count = await withServices(config, (services) =>
    withProgress('Sessions', (onProgress) => services.resetTokens(operator, onProgress)),
  )
  return `Tokens from before no longer work. ${sayEnded(count)}`
}
