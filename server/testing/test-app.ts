// A whole Keycard that does not listen: real services on a database of its own, for `app.inject`.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { createApp } from '../app.ts'
import { demoAccounts } from '../auth/users/demo-accounts.ts'
import { readConfig } from '../config.ts'
import type { TokenResponse } from '../contract/oauth.ts'
import type { Clock } from '../db/clock.ts'
import { type AllServices, createServices } from '../services.ts'
import { appRouter } from '../trpc/router.ts'
import { createNotesTable, routerWithNotes } from './notes.ts'

export interface TestApp {
  app: FastifyInstance
  services: AllServices
  /** Signs a demo account in at /token, for all of its scopes by default. */
  tokenFor(username: string, scope?: string): Promise<string>
  close(): Promise<void>
}

/** bcrypt's lowest cost: 1 ms a hash, and 64 times that at the lowest that a setting may have. */
export const cheapestBcryptCost = 4

interface TestAppOptions {
  /** Added to the settings of a test. */
  env?: Readonly<Record<string, string>>
  clock?: Clock
  logger?: Logger
  /** Whether there is a noun that only tests know: see notes.ts. */
  withNotes?: boolean
  /** As `patience` of `openDatabase`; 1 by default. */
  databasePatience?: number
  /** The cheapest by default; a more expensive one for tests of how much is hashed at once. */
  bcryptCost?: number
}

export async function openTestApp({
  env,
  withNotes = false,
  ...options
}: TestAppOptions = {}): Promise<TestApp> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-app-'))
  const config = readConfig({
    NODE_ENV: 'test',
    DATA_DIR: dataDir,
    // All tests come from one address.
    SIGN_IN_FAILURES_PER_ADDRESS: '1000000',
    LOG_LEVEL: 'silent',
    // Also with an https address or a proxy, but not in production, which refuses them.
    ...(env?.NODE_ENV !== 'production' && { DEMO_ACCOUNTS: 'on' }),
    ...env,
  })
  const start = () => createServices(config, { bcryptCost: cheapestBcryptCost, ...options })
  const services = await start().catch((error: Error) => {
    // Its message says to start again: PostgreSQL may be busy with what other tests do.
    if (!error.message.includes('did not finish in time')) throw error
    return start()
  })
  if (withNotes) await createNotesTable(services.database)
  const app = await createApp(services, withNotes ? routerWithNotes : appRouter)
  return {
    app,
    services,

    async tokenFor(username, scope = '') {
      const account = demoAccounts.find((candidate) => candidate.username === username)
      const answer = await app.inject({
        method: 'POST',
        url: '/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({
          username,
          password: account?.password ?? '',
          scope,
        }).toString(),
      })
      if (answer.statusCode !== 200) throw new Error(`${username} is not let in: ${answer.body}`)
      return answer.json<TokenResponse>().access_token
    },

    async close() {
      await app.close()
      await services.close()
      await rm(dataDir, { recursive: true })
    },
  }
}
