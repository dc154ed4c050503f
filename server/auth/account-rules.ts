// The rules for what an account is made of, and the one refusal that names every broken one.

import { AppError, type FieldError } from '../contract/app-error.ts'
import { emailProblem, fullNameProblem, usernameProblem } from '../contract/credential-rules.ts'

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
