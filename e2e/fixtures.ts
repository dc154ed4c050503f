// What a browser test stands on: a real Keycard of its worker's own, users, and signing in.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect, type Page } from 'playwright/test'
import { demoAccounts } from '../server/auth/demo-accounts.ts'
import { readConfig } from '../server/config.ts'
import type { Role } from '../server/contract/scopes.ts'
import type { Clock } from '../server/db/clock.ts'
import { createApp } from '../server/http/app.ts'
import { readClientBuild } from '../server/http/client-build.ts'
import { createServices, type Services } from '../server/services.ts'
import { collectPageErrors } from './page-errors.ts'

export { expect }

/** A Keycard that listens, and the parts it is made of. */
export interface TestServer {
  url: string
  services: Services
  clock: SettableClock
}

/** Runs as time does, and can be put forward: for every later test of the worker too. */
export interface SettableClock extends Clock {
  advance(milliseconds: number): void
}

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
      const dataDir = await mkdtemp(join(tmpdir(), 'keycard-e2e-'))
      try {
        const { close, ...server } = await startServer(dataDir)
        await use(server)
        await close()
      } finally {
        await rm(dataDir, { recursive: true })
      }
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

async function startServer(dataDir: string): Promise<TestServer & { close(): Promise<void> }> {
  if (!readClientBuild()) {
    throw new Error('The pages are not built: run "npm run build", or "npm test -- browser".')
  }
  const port = await findFreePort()
  const url = `http://localhost:${port}`
  const config = readConfig({
    NODE_ENV: 'test',
    PORT: String(port),
    PUBLIC_URL: url,
    DATA_DIR: dataDir,
    BCRYPT_COST: '10',
    LOG_LEVEL: 'silent',
  })
  const clock = createSettableClock()
  const services = await createServices(config, { clock })
  const app = await createApp(services)
  await app.listen({ host: config.host, port })
  return {
    url,
    services,
    clock,
    async close() {
      await app.close()
      await services.close()
    },
  }
}

function createSettableClock(): SettableClock {
  let offsetMs = 0
  return {
    now: () => Date.now() + offsetMs,
    advance: (milliseconds) => {
      offsetMs += milliseconds
    },
  }
}

/** PUBLIC_URL has to name the port before Keycard listens on it. */
function findFreePort(): Promise<number> {
  const probe = createServer()
  return new Promise((resolve, reject) => {
    probe.once('error', reject)
    probe.listen(0, 'localhost', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}

function findDemoAccount(name: DemoName): { username: string; password: string } {
  const account = demoAccounts.find(({ username }) => username === name)
  if (!account) throw new Error(`There is no demo account ${name}`)
  return account
}
