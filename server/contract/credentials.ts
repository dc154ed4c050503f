// User names, e-mail addresses, names and passwords as input: zod over the rules.

import { z } from 'zod'
import {
  emailMaxLength,
  emailProblem,
  fullNameProblem,
  newPasswordProblem,
  type PasswordContext,
  passwordMaxUnits,
  usernameProblem,
} from './credential-rules.ts'

/** Kept as typed; looked up and compared by `canonicalName`. */
export const usernameSchema = ruled(usernameProblem)
export const emailSchema = ruled(emailProblem)
export const fullNameSchema = ruled(fullNameProblem)

/** A password being set, without the blocklist, which only the server has. */
export function newPasswordSchema(context: PasswordContext = {}) {
  return ruled((password) => newPasswordProblem(password, context))
}

/**
 * A sign-in. `username` may be the user name or the e-mail address. Only absence and absurd length
 * are refused here: whatever else could never be right gets the same answer as a wrong password.
 */
export const loginSchema = z.object({
  username: presented(emailMaxLength),
  password: presented(passwordMaxUnits),
  scope: z.string().optional(),
  /** "Keep me signed in on this device", where a browser keeps the token. */
  keep: z.boolean().default(false),
})

/** A string that a rule of credential-rules.ts has nothing against. */
function ruled(problemOf: (text: string) => string | undefined) {
  return z.string().superRefine((text, context) => {
    const message = problemOf(text)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })
}

function presented(maxLength: number) {
  return z
    .string()
    .min(1, 'must not be empty')
    .max(maxLength, `must have at most ${maxLength} characters`)
}
