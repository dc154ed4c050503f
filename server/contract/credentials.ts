// Usernames, email addresses, names and passwords as input: zod over the rules.

import { z } from 'zod'
import {
  emailProblem,
  loginMaxLength,
  newPasswordProblem,
  type PasswordContext,
  passwordMaxLength,
  passwordMaxUnits,
  usernameProblem,
} from './credential-rules.ts'
import { scopeMaxLength } from './scopes.ts'
import { boundedString } from './text.ts'

/** Kept as typed; looked up and compared by `canonicalName`. */
export const usernameSchema = ruled(usernameProblem)
export const emailSchema = ruled(emailProblem)

/** A password being set, without the blocklist, which only the server has. */
export function newPasswordSchema(context: PasswordContext = {}) {
  return ruled((password) => newPasswordProblem(password, context))
}

/**
 * A password that a user enters: one that could never be right is refused like a wrong one. It is a
 * secret, so it never stands in a query (R79): only procedures with a body take it.
 */
export const presentedPasswordSchema = presented(passwordMaxUnits).meta({ format: 'password' })

/** How the documentation describes a password being set: its minimum length is a setting. */
export const newPasswordFormat = 'new-password'

/** A password being set, as received: only excessive length is refused, in the words of the rule. */
export const proposedPasswordSchema = boundedString(
  passwordMaxUnits,
  `must have at most ${passwordMaxLength} characters`,
).meta({ format: newPasswordFormat })

/** A username, an email address or a full name as received, before its own rule. */
export const proposedNameSchema = boundedString(loginMaxLength)

/**
 * A sign-in. `username` may be the username or the email address. Only missing values and
 * excessive length are refused here: anything else that could never be right gets the same answer
 * as a wrong password.
 */
export const loginSchema = z.object({
  username: presented(loginMaxLength),
  password: presentedPasswordSchema,
  scope: boundedString(scopeMaxLength).optional(),
  /** "Keep me signed in on this device", where a browser keeps the token. */
  remember_me: z.boolean().default(false),
})

/** A string that a rule of credential-rules.ts accepts. */
function ruled(problemOf: (text: string) => string | undefined) {
  return z.string().superRefine((text, context) => {
    const message = problemOf(text)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })
}

function presented(maxLength: number) {
  return boundedString(maxLength).min(1, 'must not be empty')
}
