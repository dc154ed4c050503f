// Making accounts: the rules for names and passwords, in front of the rows of `users`.

import { AppError, type FieldError } from '../contract/app-error.ts'
import { emailProblem, fullNameProblem, usernameProblem } from '../contract/credential-rules.ts'
import type { Role } from '../contract/scopes.ts'
import type { Passwords } from './passwords.ts'
import type { UserRecord, Users } from './users.ts'

export interface AccountRequest {
  username: string
  password: string
  email?: string | null
  fullName?: string | null
  role?: Role
}

export interface Accounts {
  /** @throws AppError invalid_input naming each field that breaks its rule, or conflict */
  create(request: AccountRequest): Promise<UserRecord>
}

interface AccountsParts {
  users: Users
  passwords: Passwords
  /** A sentence for what is wrong with a new password, length and blocklist included (R87 to R92). */
  passwordProblem: (
    password: string,
    context: { username: string; email: string | null },
  ) => string | undefined
}

export function createAccounts({ users, passwords, passwordProblem }: AccountsParts): Accounts {
  return {
    async create({ username, password, email = null, fullName = null, role = 'user' }) {
      const fields: FieldError[] = []
      const check = (path: string, message: string | undefined) => {
        if (message !== undefined) fields.push({ path, message })
      }
      check('username', usernameProblem(username))
      if (email !== null) check('email', emailProblem(email))
      if (fullName !== null) check('full_name', fullNameProblem(fullName))
      check('password', passwordProblem(password, { username, email }))
      if (fields.length > 0) {
        const sentence = fields.map(({ path, message }) => `${path} ${message}`).join('; ')
        throw new AppError('invalid_input', sentence, { fields })
      }
      return users.create({
        username,
        email,
        fullName,
        role,
        disabled: false,
        password: await passwords.hash(password),
        isDemo: false,
      })
    },
  }
}
