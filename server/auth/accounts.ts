// Making accounts: the rules for names and passwords, in front of the rows of `users`.

import type { Compilable } from 'kysely'
import type { FieldError } from '../contract/app-error.ts'
import { canonicalName } from '../contract/credential-rules.ts'
import type { Role } from '../contract/scopes.ts'
import { checkField, checkProfile, type PasswordRule, refuseFields } from './account-rules.ts'
import { importedHashProblem, type Passwords, type StoredPassword } from './passwords.ts'
import type { UserRecord, Users } from './users.ts'

export interface AccountRequest {
  username: string
  password: string
  email?: string | null
  fullName?: string | null
  role?: Role
}

/** An account of other software, with the plain bcrypt hash it had there. */
export interface ImportedAccount {
  username: string
  passwordHash: string
  email: string | null
  fullName: string | null
  role: Role
  disabled: boolean
}

export interface Accounts {
  /**
   * With the writes that belong to it, made from the new user's id.
   * @throws AppError invalid_input naming each field that breaks its rule, or conflict
   */
  create(
    request: AccountRequest,
    alongside?: (id: string) => readonly Compilable[],
  ): Promise<UserRecord>
  /** A new password for an account that there is. @throws AppError invalid_input */
  hashNewPassword(
    password: string,
    account: { username: string; email: string | null },
  ): Promise<StoredPassword>
  /**
   * All of them, or none. Their passwords go on working, and are hashed as ours at the first sign-in.
   * @throws AppError invalid_input naming each broken rule, its path beginning with the place in the
   * list, from 0: `3.username`; conflict where a name was taken in that very moment
   */
  import(accounts: readonly ImportedAccount[]): Promise<void>
}

interface AccountsParts {
  users: Users
  passwords: Passwords
  passwordProblem: PasswordRule
}

export function createAccounts({ users, passwords, passwordProblem }: AccountsParts): Accounts {
  return {
    async create(request, alongside) {
      const { username, password, email = null, fullName = null, role = 'user' } = request
      const fields = [
        ...checkProfile({ username, email, fullName }),
        ...checkField('password', passwordProblem(password, { username, email })),
      ]
      if (fields.length > 0) throw refuseFields(fields)
      const stored = await passwords.hash(password)
      const user = { username, email, fullName, role, disabled: false, isDemo: false }
      return users.create({ ...user, password: stored }, alongside)
    },

    async hashNewPassword(password, { username, email }) {
      const fields = checkField('password', passwordProblem(password, { username, email }))
      if (fields.length > 0) throw refuseFields(fields)
      return passwords.hash(password)
    },

    async import(accounts) {
      const fields: FieldError[] = []
      const seen = new Set<string>()
      /** In this list, or among the accounts there are. */
      const isTaken = async (name: string) => {
        const key = canonicalName(name)
        if (seen.has(key)) return true
        seen.add(key)
        return (await users.findByLogin(name)) !== undefined
      }
      for (const [index, account] of accounts.entries()) {
        const { username, email, passwordHash } = account
        const problems = [
          ...checkProfile(account),
          ...checkField('password_hash', importedHashProblem(passwordHash)),
        ]
        if (await isTaken(username)) problems.push(...checkField('username', takenProblem))
        if (email !== null && (await isTaken(email))) {
          problems.push(...checkField('email', takenProblem))
        }
        for (const { path, message } of problems) {
          fields.push({ path: `${index}.${path}`, message })
        }
      }
      if (fields.length > 0) throw refuseFields(fields)
      await users.createAll(
        accounts.map(({ passwordHash, ...account }) => ({
          ...account,
          password: passwords.adopt(passwordHash),
          isDemo: false,
        })),
      )
    },
  }
}

const takenProblem = 'is taken'
