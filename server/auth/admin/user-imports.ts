// Accounts of other software, however many: checked without writing, added in batches, continued
// after an interruption.

import { AppError, type FieldError } from '../../contract/app-error.ts'
import { canonicalName } from '../../contract/credential-rules.ts'
import type { Role } from '../../contract/scopes.ts'
import type { Database } from '../../db/database.ts'
import { firstBatchSize, nextBatchSize, pauseSince } from '../../db/writes/batches.ts'
import { RequiredWriteError, required } from '../../db/writes/required-write.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { importedHashProblem } from '../passwords/imported-hashes.ts'
import type { Passwords } from '../passwords/passwords.ts'
import type { Actor } from '../sessions/account-change.ts'
import { checkField, checkProfile, tidyNames } from '../users/account-rules.ts'
import { createSeenNames } from '../users/seen-names.ts'
import type { Users } from '../users/users.ts'

/** An account of other software, with the plain bcrypt hash it had there. */
export interface ImportedAccount {
  username: string
  passwordHash: string
  email: string | null
  fullName: string | null
  role: Role
  disabled: boolean
}

/** What is wrong with each account of a list, in its order. */
export type ImportProblems = FieldError[][]

export interface UserImports {
  /** Checks the lists of one import, one after the other, and writes nothing. */
  createCheck(): (accounts: readonly ImportedAccount[]) => Promise<ImportProblems>
  /** How many accounts are best added next: servers beside it wait for a moment at most. */
  batchSize(): number
  /** How many accounts of the import were done when it was interrupted. */
  countDone(digest: string): Promise<number>
  /**
   * Adds the next accounts of an import, and records with them how many there are. Their passwords
   * go on working, and are hashed as ours at the first sign-in.
   * @returns what is wrong with those that were left out, if any: their name was taken since the
   *   check
   * @throws AppError conflict where another process runs the same import
   */
  add(digest: string, done: number, accounts: readonly ImportedAccount[]): Promise<ImportProblems>
  /** The import of so many accounts is over. */
  finish(digest: string, count: number, by: Actor): Promise<void>
}

interface UserImportsDeps {
  database: Database
  users: Pick<Users, 'writeAll'>
  passwords: Pick<Passwords, 'adopt'>
  auditLog: AuditLog
}

const tidyAccount = (account: ImportedAccount): ImportedAccount => ({
  ...account,
  ...tidyNames(account),
})

export function createUserImports(deps: UserImportsDeps): UserImports {
  const { database, users, passwords, auditLog } = deps
  const { kysely } = database
  let size = firstBatchSize
  let isDurable = true

  async function setDurable(wanted: boolean): Promise<void> {
    if (wanted !== isDurable) await database.setDurable(wanted)
    isDurable = wanted
  }

  async function findTaken(
    column: 'username_key' | 'email_key',
    names: readonly (string | null)[],
  ): Promise<ReadonlySet<string | null>> {
    const keys = names.flatMap((name) => (name === null ? [] : [canonicalName(name)]))
    if (keys.length === 0) return new Set()
    const rows = await kysely.selectFrom('users').select(column).where(column, 'in', keys).execute()
    return new Set(rows.map((row) => row[column]))
  }

  async function findTakenFields(accounts: readonly ImportedAccount[]): Promise<ImportProblems> {
    const usernames = await findTaken(
      'username_key',
      accounts.map(({ username }) => username),
    )
    const emails = await findTaken(
      'email_key',
      accounts.map(({ email }) => email),
    )
    return accounts.map(({ username, email }) => [
      ...checkField('username', usernames.has(canonicalName(username)) ? takenProblem : undefined),
      ...checkField(
        'email',
        email !== null && emails.has(canonicalName(email)) ? takenProblem : undefined,
      ),
    ])
  }

  /** Where two processes import the same file, one finds that the other was faster. */
  function writeDone(digest: string, before: number, done: number) {
    const accounts_done = done
    if (before === 0) return kysely.insertInto('user_imports').values({ digest, accounts_done })
    const advance = kysely
      .updateTable('user_imports')
      .set({ accounts_done })
      .where('digest', '=', digest)
      .where('accounts_done', '=', before)
    return required(advance)
  }

  async function write(
    accounts: readonly ImportedAccount[],
    progress: ReturnType<typeof writeDone>,
  ): Promise<void> {
    const newUsers = accounts.map(({ passwordHash, ...account }) => ({
      ...account,
      password: passwords.adopt(passwordHash),
      isDemo: false,
    }))
    try {
      await users.writeAll(newUsers, [progress])
    } catch (error) {
      if (!(error instanceof RequiredWriteError)) throw error
      throw refuseSecond(error)
    }
  }

  async function countDone(digest: string): Promise<number> {
    const row = await kysely
      .selectFrom('user_imports')
      .select('accounts_done')
      .where('digest', '=', digest)
      .executeTakeFirst()
    return row?.accounts_done ?? 0
  }

  return {
    createCheck() {
      const seen = createSeenNames()
      /** In the database, or on an earlier line. */
      function describeNames(account: ImportedAccount, inDatabase: FieldError[]): FieldError[] {
        const named = [
          ['username', account.username],
          ['email', account.email],
        ] as const
        return named.flatMap(([path, name]) => {
          if (name === null) return []
          const isNew = seen.add(canonicalName(name))
          const isTaken = !isNew || inDatabase.some((problem) => problem.path === path)
          return checkField(path, isTaken ? takenProblem : undefined)
        })
      }
      return async (given) => {
        const accounts = given.map(tidyAccount)
        // A name that breaks a rule is in no database, and is not looked up.
        const broken = accounts.map(checkProfile)
        const sound = accounts.filter((_, index) => broken[index]?.length === 0)
        const inDatabase = await findTakenFields(sound)
        return accounts.map((account, index) => [
          ...(broken[index]?.length === 0
            ? describeNames(account, inDatabase[sound.indexOf(account)] ?? [])
            : (broken[index] ?? [])),
          ...checkField('password_hash', importedHashProblem(account.passwordHash)),
        ])
      }
    },

    batchSize: () => size,
    countDone,

    async add(digest, done, given) {
      const accounts = given.map(tidyAccount)
      const progress = writeDone(digest, done, done + accounts.length)
      // What a power cut undoes is done again: the count of finished accounts is undone with it.
      await setDurable(false)
      const startedAtMs = performance.now()
      let problems: ImportProblems = []
      try {
        await write(accounts, progress)
      } catch (error) {
        if (!(error instanceof AppError && error.fields.length > 0)) throw error
        if ((await countDone(digest)) !== done) throw refuseSecond(error)
        problems = await findTakenFields(accounts)
        const free = accounts.filter((_, index) => problems[index]?.length === 0)
        await write(free, progress)
      }
      if (accounts.length >= size) size = nextBatchSize(size, performance.now() - startedAtMs)
      await pauseSince(startedAtMs)
      return problems
    },

    async finish(digest, count, by) {
      const facts = {
        actorId: by.id,
        clientId: by.clientId,
        what: String(count),
        device: by.device,
      }
      await setDurable(true)
      await database.runAtomically([
        kysely.deleteFrom('user_imports').where('digest', '=', digest),
        auditLog.entry('users_imported', facts),
      ])
    },
  }
}

function refuseSecond(cause: unknown): AppError {
  return new AppError('conflict', 'Another process imports the same file.', { cause })
}

const takenProblem = 'is taken'
