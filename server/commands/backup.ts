// `backup`: copies the SQLite database while a server runs.

import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import type { Command } from './command.ts'
import { recordAct } from './operator.ts'
import { readOnly, sayUsage } from './terminal/read-words.ts'
import { withServices } from './with-services.ts'

export const backupCommand: Command = {
  usage: 'backup <file>',
  summary: 'Copies the database into a new file. Servers keep running.',
  run: backUp,
}

async function backUp(args: string[], config: Config): Promise<string> {
  const file = sayUsage(() =>
    readOnly(parseArgs({ args, allowPositionals: true }).positionals, 'file'),
  )
  return withServices(config, async (services) => {
    await services.database.backUp(file)
    await recordAct(services, 'database_backed_up')
    const count = await services.userDirectory.count()
    const accounts = count === 1 ? '1 account' : `${count} accounts`
    return `${file} holds the whole database, with ${accounts}. It does not contain the master key: ${sayWhere(config)}.`
  })
}

function sayWhere({ masterKeys, dataDir }: Config): string {
  const place = masterKeys.length > 0 ? 'MASTER_KEY' : `${dataDir}/master.key`
  return `keep a copy of ${place} too, in another place`
}
