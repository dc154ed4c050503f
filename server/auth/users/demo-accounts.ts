// The accounts for a first try: made outside production, and never allowed in it.

import { AppError } from '../../contract/app-error.ts'
import type { Role } from '../../contract/scopes.ts'
import { StartError } from '../../settings/start-error.ts'
import type { Passwords } from '../passwords/passwords.ts'
import type { Users } from './users.ts'

interface DemoAccount {
  username: string
  password: string
  fullName: string
  role: Role
  disabled: boolean
}

/** Their short passwords are the one exception to R87 and R89. */
export const demoAccounts: readonly DemoAccount[] = [
  {
    username: 'johndoe',
    password: 'secret',
    fullName: 'John Doe',
    role: 'user',
    disabled: false,
  },
  {
    username: 'alice',
    password: 'secret2',
    fullName: 'Alice Wonderson',
    role: 'user',
    disabled: true,
  },
  {
    username: 'admin',
    password: 'admin-secret',
    fullName: 'Ada Admin',
    role: 'admin',
    disabled: false,
  },
]

interface DemoAccountsDeps {
  users: Users
  passwords: Passwords
}

/** Makes those that are missing; changes to the others stay. */
export async function ensureDemoAccounts({ users, passwords }: DemoAccountsDeps): Promise<void> {
  await Promise.all(
    demoAccounts.map(async ({ password, ...account }) => {
      if (await users.findByLogin(account.username)) return
      const email = `${account.username}@example.com`
      const stored = await passwords.hash(password)
      try {
        await users.create({ ...account, email, password: stored, isDemo: true })
      } catch (error) {
        // Another process that starts at the same time was first.
        if (!(error instanceof AppError && error.reason === 'conflict')) throw error
      }
    }),
  )
}

/** @throws StartError while an account still has its published password */
export async function refuseDemoPasswords({ users, passwords }: DemoAccountsDeps): Promise<void> {
  for (const { username, password } of demoAccounts) {
    const user = await users.findByLogin(username)
    if (!user?.isDemo) continue
    const { ok } = await passwords.verify(password, user.password)
    if (ok) {
      throw new StartError(
        `The account ${user.username} still has its demo password, which everybody knows. Give production a database of its own with DATABASE_URL or DATA_DIR.`,
      )
    }
  }
}
