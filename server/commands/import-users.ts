// `import-users`: brings accounts from other software, with the bcrypt hashes they had there.

import { createHash } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { z } from 'zod'
import type { ImportedAccount, UserImports } from '../auth/admin/user-imports.ts'
import type { Config } from '../config.ts'
import { AppError, type FieldError } from '../contract/app-error.ts'
import { roles } from '../contract/scopes.ts'
import type { Command } from './command.ts'
import { operator } from './operator.ts'
import { type OnProgress, withProgress } from './terminal/progress.ts'
import { type Line, readChunks, readLines } from './terminal/read-lines.ts'
import { readOnly } from './terminal/read-words.ts'
import { withServices } from './with-services.ts'

export const importUsersCommand: Command = {
  usage: 'import-users <file.jsonl>',
  summary:
    'Imports accounts with their bcrypt hashes, if every line is valid. One JSON object a line: username, ' +
    'password_hash, and where there are any email, full_name, role, disabled.',
  run: importUsers,
}

async function importUsers(words: string[], config: Config): Promise<string> {
  const file = readOnly(words, 'file')
  // V8 then collects the garbage of finished lines before it asks for more memory.
  setFlagsFromString('--optimize-for-size')
  const digest = await digestOf(file)
  const { count, highestCost } = await withServices(config, ({ userImports }) =>
    importFile(file, digest, userImports),
  )
  const accounts = count === 1 ? '1 account is' : `${count} accounts are`
  const done = `${accounts} here now, and can sign in with the passwords they had.`
  return [done, ...warnOfCost(highestCost, config)].join('\n')
}

/** Recognises an import that was interrupted. */
async function digestOf(file: string): Promise<string> {
  const digest = createHash('sha256')
  for await (const chunk of readChunks(file)) digest.update(chunk)
  return digest.digest('base64url')
}

interface Imported {
  count: number
  highestCost: number
}

/**
 * Every line is checked before the first is written; an interrupted import has been checked
 * already.
 */
async function importFile(file: string, digest: string, imports: UserImports): Promise<Imported> {
  const before = await imports.countDone(digest)
  if (before === 0) {
    await withProgress('Lines checked', (onProgress) => checkFile(file, imports, onProgress))
  }
  return withProgress('Accounts imported', (onProgress) =>
    addFile(file, { digest, before }, imports, onProgress),
  )
}

/** How much is read and checked at once. */
const linesAtOnce = 200

/** @throws AppError invalid_input, which never repeats a line: it holds a hash */
async function checkFile(
  file: string,
  imports: UserImports,
  onProgress: OnProgress,
): Promise<void> {
  const check = imports.createCheck()
  const problems = createProblems()
  let checked = 0
  for await (const lines of inLists(readLines(file), () => linesAtOnce)) {
    const read = lines.map(readAccount)
    const ruled = await check(read.flatMap(({ account }) => (account ? [account] : [])))
    for (const { line, account, unreadable } of read) {
      problems.add(line, account ? (ruled.shift() ?? []).map(describeField) : unreadable)
    }
    checked += lines.length
    onProgress(checked)
  }
  if (problems.count > 0) throw problems.refuse('Nothing was imported.')
}

/** In batches, so that servers go on running beside it. */
async function addFile(
  file: string,
  { digest, before }: { digest: string; before: number },
  imports: UserImports,
  onProgress: OnProgress,
): Promise<Imported> {
  const leftOut = createProblems()
  let read = 0
  let done = before
  let highestCost = 0
  for await (const lines of inLists(readLines(file), imports.batchSize)) {
    const all = lines.map(readAccount)
    const next = all.slice(Math.max(0, before - read))
    read += all.length
    const accounts = next.flatMap(({ account }) => (account ? [account] : []))
    for (const { passwordHash } of accounts) {
      highestCost = Math.max(highestCost, Number(passwordHash.slice(4, 6)))
    }
    if (accounts.length < next.length) throw changedMeanwhile()
    if (accounts.length === 0) continue
    const problems = await imports.add(digest, done, accounts)
    for (const [index, fields] of problems.entries()) {
      const line = next[index]?.line
      if (line) leftOut.add(line, fields.map(describeField))
    }
    done += accounts.length
    onProgress(done)
  }
  const count = done - leftOut.lineCount
  await imports.finish(digest, count, operator)
  if (leftOut.count > 0) {
    throw leftOut.refuse(`${count} accounts are here now. These names were taken meanwhile:`)
  }
  return { count, highestCost }
}

function changedMeanwhile(): AppError {
  return new AppError('conflict', 'The file was changed while it was imported.')
}

async function* inLists(lines: AsyncIterable<Line>, length: () => number): AsyncGenerator<Line[]> {
  let list: Line[] = []
  for await (const line of lines) {
    list.push(line)
    if (list.length < length()) continue
    yield list
    list = []
  }
  if (list.length > 0) yield list
}

/** Hashes that no check can disguise until their owners have signed in (R110). */
function warnOfCost(highest: number, { bcryptCost }: Config): string[] {
  if (highest <= bcryptCost) return []
  return [
    `Some hashes have cost ${highest}, and BCRYPT_COST is ${bcryptCost}: until such a user signs in, a wrong password for`,
    `that account is answered later than for an unknown name. BCRYPT_COST=${highest} would hide that.`,
  ]
}

/** Strict: a misspelt `disabled` would let a disabled user sign in. */
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

/** The account on a line, or what is wrong with the line. */
interface ReadLine {
  line: Line
  account: ImportedAccount | undefined
  unreadable: string[]
}

function readAccount(line: Line): ReadLine {
  if (line.text === null) return { line, account: undefined, unreadable: ['is too long'] }
  const { data, error } = accountSchema.safeParse(parseJson(line.text))
  if (!data) {
    const unreadable = error.issues.map(({ path, message }) => [...path, message].join(' '))
    return { line, account: undefined, unreadable }
  }
  const { password_hash: passwordHash, full_name: fullName, ...account } = data
  return { line, account: { ...account, passwordHash, fullName }, unreadable: [] }
}

/** undefined for invalid JSON: no schema takes that for an object. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const describeField = ({ path, message }: FieldError) => `${path} ${message}`

const shownProblems = 20

/** Of a file with a million wrong lines the first are reported, and the others counted. */
function createProblems() {
  const shown: string[] = []
  let count = 0
  let lineCount = 0
  return {
    add({ number }: Line, problems: readonly string[]): void {
      if (problems.length > 0) lineCount += 1
      for (const problem of problems) {
        count += 1
        if (count <= shownProblems) shown.push(`line ${number}: ${problem}`)
      }
    },
    get count() {
      return count
    },
    get lineCount() {
      return lineCount
    },
    refuse(sentence: string): AppError {
      const more = count - shown.length
      const lines = more > 0 ? [...shown, `and ${more} more`] : shown
      return new AppError('invalid_input', [sentence, ...lines].join('\n'))
    },
  }
}
