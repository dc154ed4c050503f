// The rules for the fields of an account, and the one refusal that names every broken one.

import { AppError, type FieldError } from '../../contract/app-error.ts'
import {
  emailProblem,
  fullNameProblem,
  storedEmail,
  usernameProblem,
} from '../../contract/credential-rules.ts'

/** A sentence for what is wrong with a new password, length and blocklist included (R87 to R92). */
export type PasswordRule = (
  password: string,
  account: { username: string; email: string | null },
) => string | undefined

export interface Profile {
  username: string
  email: string | null
  fullName: string | null
}

export function checkField(path: string, message: string | undefined): FieldError[] {
  return message === undefined ? [] : [{ path, message }]
}

/** The names that are stored for those that were given, wherever they came from. */
export function tidyNames({ username, email }: Pick<Profile, 'username' | 'email'>) {
  return { username: username.trim(), email: email === null ? null : storedEmail(email) }
}

export function checkProfile({ username, email, fullName }: Profile): FieldError[] {
  return [
    ...checkField('username', usernameProblem(username)),
    ...checkField('email', email === null ? undefined : emailProblem(email)),
    ...checkField('full_name', fullName === null ? undefined : fullNameProblem(fullName)),
  ]
}

export function refuseFields(fields: readonly FieldError[]): AppError {
  const sentence = fields.map(({ path, message }) => `${path} ${message}`).join('; ')
  return new AppError('invalid_input', sentence, { fields })
}
