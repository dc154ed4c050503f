// Making accounts: the rules for names and passwords, in front of the rows of `users`.

import type { Compilable } from 'kysely'
import type { Role } from '../../contract/scopes.ts'
import type { Share } from '../passwords/fair-queue.ts'
import type { Passwords } from '../passwords/passwords.ts'
import type { StoredPassword } from '../passwords/stored-password.ts'
import {
  checkField,
  checkProfile,
  type PasswordRule,
  refuseFields,
  tidyNames,
} from './account-rules.ts'
import type { UserRecord, Users } from './users.ts'

export interface AccountRequest {
  username: string
  password: string
  email?: string | null
  fullName?: string | null
  role?: Role
}

export interface Accounts {
  /**
   * With the writes that belong to it, made from the new user's id. `share` takes the turn of its
   * hash.
   * @throws AppError invalid_input naming each field that breaks its rule, or conflict
   */
  create(
    request: AccountRequest,
    extraWrites?: (id: string) => readonly Compilable[],
    share?: Share,
  ): Promise<UserRecord>
  /** A new password for an existing account. @throws AppError invalid_input */
  hashNewPassword(
    password: string,
    account: { username: string; email: string | null },
    share?: Share,
  ): Promise<StoredPassword>
}

interface AccountsDeps {
  users: Users
  passwords: Passwords
  passwordProblem: PasswordRule
}

export function createAccounts({ users, passwords, passwordProblem }: AccountsDeps): Accounts {
  return {
    async create(request, extraWrites, share) {
      const { password, email = null, fullName = null, role = 'user' } = request
      const profile = { ...tidyNames({ username: request.username, email }), fullName }
      const fields = [
        ...checkProfile(profile),
        ...checkField('password', passwordProblem(password, profile)),
      ]
      if (fields.length > 0) throw refuseFields(fields)
      const stored = await passwords.hash(password, share)
      const user = { ...profile, role, disabled: false, isDemo: false }
      return users.create({ ...user, password: stored }, extraWrites)
    },

    async hashNewPassword(password, { username, email }, share) {
      const fields = checkField('password', passwordProblem(password, { username, email }))
      if (fields.length > 0) throw refuseFields(fields)
      return passwords.hash(password, share)
    },
  }
}
