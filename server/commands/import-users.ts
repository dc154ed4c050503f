// `import-users`: brings accounts from other software, with the bcrypt hashes they had there.

import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { ImportedAccount } from '../auth/accounts.ts'
import type { Config } from '../config.ts'
import { AppError, type FieldError } from '../contract/app-error.ts'
import { roles } from '../contract/scopes.ts'
import type { Command } from './command.ts'
import { recordAct } from './operator.ts'
import { readOnly } from './read-words.ts'
import { withServices } from './with-services.ts'

export const importUsersCommand: Command = {
  usage: 'import-users <file.jsonl>',
  summary:
    'Brings accounts with their bcrypt hashes, all or none. One JSON object a line: username, ' +
    'password_hash, and where there are any email, full_name, role, disabled.',
  run: importUsers,
}

async function importUsers(words: string[], config: Config): Promise<string> {
  const file = readOnly(words, 'file')
  const lines = readLines(file)
  const accounts = readAccounts(lines)
  await withServices(config, async (services) => {
    try {
      await services.accounts.import(accounts)
      await recordAct(services, 'users_imported', String(accounts.length))
    } catch (error) {
      if (!(error instanceof AppError) || error.fields.length === 0) throw error
      throw refuseFile(error.fields.map((field) => locate(field, lines)))
    }
  })
  const count = accounts.length === 1 ? '1 account is' : `${accounts.length} accounts are`
  const done = `${count} here now, and can sign in with the passwords they had.`
  return [done, ...warnOfCost(accounts, config)].join('\n')
}

/** What no check can hide before their owners have signed in (R110). */
function warnOfCost(accounts: readonly ImportedAccount[], { bcryptCost }: Config): string[] {
  const costs = accounts.map(({ passwordHash }) => Number(passwordHash.slice(4, 6)))
  const highest = Math.max(...costs)
  if (highest <= bcryptCost) return []
  return [
    `Some hashes have cost ${highest}, and BCRYPT_COST is ${bcryptCost}: until such a user signs in, a wrong password for`,
    `him is answered later than for a name that is nobody's. BCRYPT_COST=${highest} would hide that.`,
  ]
}

interface Line {
  /** From 1, as editors count. */
  number: number
  text: string
}

/** Strict: a misspelt `disabled` would let somebody in. */
const accountSchema = z.strictObject(
  {
    username: z.string(),
    password_hash: z.string(),
    email: z.string().nullable().default(null),
    full_name: z.string().nullable().default(null),
    role: z.enum(roles).default('user'),
    disabled: z.boolean().default(false),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'is no JSON object' : undefined) },
)

function readLines(file: string): Line[] {
  return readFile(file)
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((text, index) => ({ number: index + 1, text: text.trim() }))
    .filter(({ text }) => text !== '')
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new AppError('invalid_input', `The file cannot be read: ${(error as Error).message}`)
  }
}

/** @throws AppError invalid_input, which never repeats a line: it holds a hash */
function readAccounts(lines: readonly Line[]): ImportedAccount[] {
  const problems: string[] = []
  const accounts = lines.flatMap(({ number, text }) => {
    const { data, error } = accountSchema.safeParse(parseJson(text))
    if (data) {
      const { password_hash: passwordHash, full_name: fullName, ...account } = data
      return [{ ...account, passwordHash, fullName }]
    }
    for (const { path, message } of error.issues) {
      problems.push(`line ${number}: ${[...path, message].join(' ')}`)
    }
    return []
  })
  if (problems.length > 0) throw refuseFile(problems)
  return accounts
}

/** undefined where it is none: no schema takes that for an object. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `3.username` of the list is a field of a line of the file. */
function locate({ path, message }: FieldError, lines: readonly Line[]): string {
  const [index = '', field] = path.split('.')
  return `line ${lines[Number(index)]?.number}: ${field} ${message}`
}

const shownProblems = 20

function refuseFile(problems: readonly string[]): AppError {
  const more = problems.length - shownProblems
  const shown = problems.slice(0, shownProblems)
  if (more > 0) shown.push(`and ${more} more`)
  return new AppError('invalid_input', `Nothing was imported.\n${shown.join('\n')}`)
}
