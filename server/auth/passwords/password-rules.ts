// Whether a text may become a password: the one check of every endpoint that sets one.

import { newPasswordProblem, type PasswordContext } from '../../contract/credential-rules.ts'
import { blocklistProblem } from './password-blocklist.ts'

/**
 * Length, alphabet, the account's own words and the list of common passwords: a sentence that says
 * what would be right, to be read after "The password", or undefined.
 */
export function findPasswordProblem(
  password: string,
  context: PasswordContext = {},
): string | undefined {
  return newPasswordProblem(password, context) ?? blocklistProblem(password)
}
