// Users: found, made by the rules of an account, and listed.

import { findPasswordProblem } from '../../auth/passwords/password-rules.ts'
import type { PasswordRule } from '../../auth/users/account-rules.ts'
import { createAccounts } from '../../auth/users/accounts.ts'
import { ensureDemoAccounts, refuseDemoPasswords } from '../../auth/users/demo-accounts.ts'
import { createProfileWrite } from '../../auth/users/profile.ts'
import { createUserDirectory } from '../../auth/users/user-directory.ts'
import { createUsers } from '../../auth/users/users.ts'
import type { Foundation } from './foundation.ts'
import type { Mail } from './mail.ts'

export type UserServices = ReturnType<typeof createUserServices>

export function createUserServices(deps: Foundation & Mail) {
  const { config, database, clock, passwords, auditLog, mailLinks, mailNotices } = deps
  const users = createUsers({ database, clock })
  const passwordProblem: PasswordRule = (password, account) =>
    findPasswordProblem(password, { ...account, minLength: config.passwordMinLength })
  return {
    users,
    passwordProblem,
    accounts: createAccounts({ users, passwords, passwordProblem }),
    writeProfile: createProfileWrite({ database, clock, mailLinks, mailNotices, auditLog }),
    userDirectory: createUserDirectory({ database, clock }),
  }
}

/** @throws StartError in production, where a demo account still has its published password */
export async function checkDemoAccounts({
  config,
  serving,
  users,
  passwords,
}: Foundation & UserServices): Promise<void> {
  if (serving && config.demoAccounts) await ensureDemoAccounts({ users, passwords })
  if (serving && config.production) await refuseDemoPasswords({ users, passwords })
}
