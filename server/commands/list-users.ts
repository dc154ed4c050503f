// `list-users`: all users, to read or to pipe on, a page at a time.

import { parseArgs } from 'node:util'
import type { ListedUser as ListedRecord } from '../auth/users/user-directory.ts'
import type { Config } from '../config.ts'
import { toRfc3339 } from '../contract/rfc3339.ts'
import { roles } from '../contract/scopes.ts'
import { userStates } from '../contract/user-order.ts'
import { type ListedUser, userFilterSchema } from '../contract/users.ts'
import { createServices } from '../services.ts'
import type { Command } from './command.ts'
import { checkOptions } from './terminal/check-options.ts'
import { sayUsage } from './terminal/read-words.ts'
import { toUserFacts } from './user-facts.ts'

export const listUsersCommand: Command = {
  usage: 'list-users [<filter> ...] [--json]',
  summary:
    'Every user, by name. Filters: --search <text> for words that a name or the email begins with, ' +
    `--role ${roles.join('|')}, --state ${userStates.join('|')}.`,
  run: listUsers,
}

async function* listUsers(args: string[], config: Config): AsyncGenerator<string> {
  const text = { type: 'string' } as const
  const options = { search: text, role: text, state: text, json: { type: 'boolean' } } as const
  const { search = '', json, ...words } = sayUsage(() => parseArgs({ args, options }).values)
  const filter = checkOptions(userFilterSchema, words)
  const services = await createServices(config, { serving: false })
  try {
    const pages = services.userDirectory.everyone(search, filter)
    yield* json ? toJson(pages) : toTable(pages)
  } finally {
    await services.close()
  }
}

/** The name comes last: however long it is, the columns before it stay aligned. */
const heading = 'role   state     sessions  last seen (UTC)   name\n'

async function* toTable(pages: AsyncIterable<ListedRecord[]>): AsyncGenerator<string> {
  let isEmpty = true
  for await (const users of pages) {
    yield `${isEmpty ? heading : ''}${users.map(toLine).join('')}`
    isEmpty = false
  }
  if (isEmpty) yield 'No users found.\n'
}

function toLine({ role, disabled, sessionCount, lastSeenAtMs, username }: ListedRecord): string {
  const lastSeen = lastSeenAtMs === null ? 'never' : toRfc3339(lastSeenAtMs).slice(0, 16)
  const columns = [
    role.padEnd(5),
    (disabled ? 'disabled' : 'active').padEnd(8),
    String(sessionCount).padStart(8),
    lastSeen.replace('T', ' ').padEnd(16),
    username,
  ]
  return `${columns.join('  ')}\n`
}

/** One array, one user a line. */
async function* toJson(pages: AsyncIterable<ListedRecord[]>): AsyncGenerator<string> {
  let isEmpty = true
  yield '['
  for await (const users of pages) {
    yield users
      .map((user, index) => {
        const comma = isEmpty && index === 0 ? '' : ','
        return `${comma}\n${JSON.stringify(toWire(user))}`
      })
      .join('')
    isEmpty = false
  }
  yield isEmpty ? ']\n' : '\n]\n'
}

function toWire(user: ListedRecord): ListedUser {
  return {
    ...toUserFacts(user),
    session_count: user.sessionCount,
    is_last_admin: user.isLastAdmin,
  }
}
