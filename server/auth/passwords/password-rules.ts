// May this become somebody's password? The one question in front of every door that sets one.

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
