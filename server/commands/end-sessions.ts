// `end-sessions`: signs out one user, or all users, everywhere.

import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import type { Services } from '../services.ts'
import type { Command } from './command.ts'
import { findUser } from './find-user.ts'
import { operator } from './operator.ts'
import { type OnProgress, withProgress } from './terminal/progress.ts'
import { readOnly, sayUsage } from './terminal/read-words.ts'
import { sayEnded } from './terminal/say-ended.ts'
import { UsageError } from './terminal/usage-error.ts'
import { withServices } from './with-services.ts'

export const endSessionsCommand: Command = {
  usage: 'end-sessions <name> [--session <id>] | --all [--json]',
  summary:
    'Signs a user out everywhere or of one session, or with --all every user; the tokens of machines end too then, and ' +
    'they get new ones by themselves.',
  run: endSessions,
}

async function endSessions(words: string[], config: Config): Promise<string> {
  const { name, session, json } = readWords(words)
  const count = await withServices(config, (services) =>
    withProgress('Sessions', (onProgress) => end(services, { name, session }, onProgress)),
  )
  return json ? JSON.stringify({ sessions_ended: count }) : sayEnded(count)
}

async function end(
  services: Services,
  { name, session }: Words,
  onProgress: OnProgress,
): Promise<number> {
  const { userAdministration } = services
  if (name === null) return userAdministration.endEverybodysSessions(operator, onProgress)
  const { id } = await findUser(services, name)
  if (session !== undefined) {
    await services.userEditing.endSession(id, session, operator)
    return 1
  }
  return userAdministration.endSessions(id, operator, onProgress)
}

interface Words {
  /** null: all users. */
  name: string | null
  session: string | undefined
}

function readWords(args: string[]): Words & { json: boolean } {
  const { positionals, values } = sayUsage(() =>
    parseArgs({
      args,
      allowPositionals: true,
      options: {
        all: { type: 'boolean', default: false },
        session: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    }),
  )
  const { all, session, json } = values
  if (!all) return { name: readOnly(positionals, 'username, or --all,'), session, json }
  if (positionals.length > 0 || session !== undefined) {
    throw new UsageError('Either a username or --all, not both')
  }
  return { name: null, session, json }
}
