// What a browser test builds on: a real Keycard for its worker, users, and signing in.

import { randomBytes } from 'node:crypto'
import { test as base, expect, type Page } from 'playwright/test'
import type { StoredPassword } from '../../server/auth/passwords/stored-password.ts'
import { homePath } from '../../server/contract/pages.ts'
import type { Role } from '../../server/contract/scopes.ts'
import type { Browser } from './browsers/find-browser.ts'
import { collectLeaks } from './pages/leaked-secrets.ts'
import { collectPageErrors } from './pages/page-errors.ts'
import { translatePages } from './pages/translated-page.ts'
import { startTestServer, type TestServer } from './test-server.ts'

export { expect }

export interface TestUser {
  id: string
  username: string
  password: string
}

interface TestFixtures {
  /** Whether its pages are translated by the browser: `test.use({ translated: true })`. */
  translated: boolean
  translation: undefined
  /** A user of this test only. */
  freshUser: TestUser
  /** Makes a user of this test only. */
  makeUser(options?: { role?: Role }): Promise<TestUser>
  /**
   * Signs in without the form, as the given user or as a fresh one of that role, and returns the
   * user. The page stays where it is; its next `goto`, and every other tab of its context, finds
   * the session.
   */
  loginAs(page: Page, who: TestUser | Role, options?: { rememberMe: boolean }): Promise<TestUser>
  /** Signs in without the form, and opens the first page of the app. */
  signIn(page: Page, who: TestUser | Role): Promise<void>
  /** Fails a test whose page threw, or broke its own content security policy. */
  noPageErrors: undefined
  /** The passwords of the users that were made. */
  canaries: Set<string>
  /** Fails a test in which a password or a token appeared in an address or on the console (R30). */
  noLeakedSecrets: undefined
}

export interface BrowserOptions {
  /** With windows, profiles and a back/forward cache, for a test that needs one of them to launch. */
  wholeBrowser: Browser | undefined
}

interface WorkerFixtures extends BrowserOptions {
  server: TestServer
  /**
   * Shared by all users that are made: hashing one each would take a tenth of the time of a short
   * test.
   */
  usersPassword: { typed: string; stored: StoredPassword }
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  wholeBrowser: [undefined, { option: true, scope: 'worker' }],

  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures it needs.
    async ({}, use) => {
      const { close, ...server } = await startTestServer()
      await use(server)
      await close()
    },
    { scope: 'worker' },
  ],

  usersPassword: [
    async ({ server }, use) => {
      const typed = randomBytes(15).toString('base64url')
      await use({ typed, stored: await server.services.passwords.hash(typed) })
    },
    { scope: 'worker' },
  ],

  translated: [false, { option: true }],
  translation: [
    async ({ context, translated }, use) => {
      if (translated) await translatePages(context)
      await use(undefined)
    },
    { auto: true },
  ],

  baseURL: ({ server }, use) => use(server.url),

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures it needs.
  canaries: ({}, use) => use(new Set()),

  makeUser: ({ server, canaries, usersPassword }, use) =>
    use(async ({ role = 'user' } = {}) => {
      const username = `user-${randomBytes(6).toString('hex')}`
      const { typed: password, stored } = usersPassword
      canaries.add(password)
      const { id } = await server.services.users.create({
        ...{ username, email: null, fullName: null, role, disabled: false },
        ...{ password: stored, isDemo: false },
      })
      return { id, username, password }
    }),

  freshUser: async ({ makeUser }, use) => use(await makeUser()),

  loginAs: ({ server, makeUser }, use) =>
    use(async (page, who, options) => {
      const user = typeof who === 'string' ? await makeUser({ role: who }) : who
      const { username, password } = user
      // The context's own cookies: its pages have what this call receives.
      const answer = await page.request.post(`${server.url}/trpc/auth.login`, {
        headers: { origin: server.url },
        data: { username, password, remember_me: options?.rememberMe },
      })
      await expect(answer).toBeOK()
      return user
    }),

  signIn: ({ loginAs }, use) =>
    use(async (page, who) => {
      await loginAs(page, who)
      await page.goto(homePath)
    }),

  noLeakedSecrets: [
    async ({ context, canaries }, use) => {
      const told = collectLeaks(context)
      await use(undefined)
      expect(told.find(canaries)).toEqual([])
    },
    { auto: true },
  ],

  noPageErrors: [
    async ({ context }, use) => {
      const errors = collectPageErrors(context)
      await use(undefined)
      expect(errors).toEqual([])
    },
    { auto: true },
  ],
})
