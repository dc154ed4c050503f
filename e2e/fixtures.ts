// What a browser test stands on: a real Keycard of its worker's own, users, and signing in.

import { randomBytes } from 'node:crypto'
import { test as base, expect, type Page } from 'playwright/test'
import { demoAccounts } from '../server/auth/demo-accounts.ts'
import type { Role } from '../server/contract/scopes.ts'
import { collectPageErrors } from './page-errors.ts'
import { startTestServer, type TestServer } from './test-server.ts'

export { expect }

export interface TestUser {
  id: string
  username: string
  password: string
}

type DemoName = 'johndoe' | 'alice' | 'admin'

interface TestFixtures {
  /** A user that only this test knows. */
  freshUser: TestUser
  /** Makes a user that only this test knows. */
  makeUser(options?: { role?: Role }): Promise<TestUser>
  /** Signs in through the form, and waits until it has let the user in. */
  signIn(page: Page, user: TestUser | DemoName): Promise<void>
  /** Fails a test whose page threw, or broke its own content security policy. */
  noPageErrors: undefined
}

interface WorkerFixtures {
  server: TestServer
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what is wanted.
    async ({}, use) => {
      const { close, ...server } = await startTestServer()
      await use(server)
      await close()
    },
    { scope: 'worker' },
  ],

  baseURL: ({ server }, use) => use(server.url),

  makeUser: ({ server }, use) =>
    use(async ({ role = 'user' } = {}) => {
      const username = `user-${randomBytes(6).toString('hex')}`
      const password = randomBytes(15).toString('base64url')
      const { id } = await server.services.accounts.create({ username, password, role })
      return { id, username, password }
    }),

  freshUser: async ({ makeUser }, use) => use(await makeUser()),

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what is wanted.
  signIn: ({}, use) =>
    use(async (page, user) => {
      const { username, password } = typeof user === 'string' ? findDemoAccount(user) : user
      await page.goto('/login')
      await page.getByLabel('Username or email').fill(username)
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.waitForURL((url) => url.pathname !== '/login')
    }),

  noPageErrors: [
    async ({ context }, use) => {
      const errors = collectPageErrors(context)
      await use(undefined)
      expect(errors).toEqual([])
    },
    { auto: true },
  ],
})

function findDemoAccount(name: DemoName): { username: string; password: string } {
  const account = demoAccounts.find(({ username }) => username === name)
  if (!account) throw new Error(`There is no demo account ${name}`)
  return account
}
