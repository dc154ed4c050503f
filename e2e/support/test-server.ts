// A whole Keycard that listens, on a folder of its own: what a browser or a client process drives.

import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../../server/app.ts'
import { readConfig } from '../../server/config.ts'
import type { Clock } from '../../server/db/clock.ts'
import { type AllServices, createServices } from '../../server/services.ts'
import { packageFolder } from '../../server/settings/package-folder.ts'
import { cheapestBcryptCost } from '../../server/testing/test-app.ts'
import { listRoutes } from './routes-of.ts'

export interface TestServer {
  url: string
  services: AllServices
  clock: SettableClock
  /** Every path that it answers, as `/api/items/:id`. */
  routes: readonly string[]
}

/** Runs as time does, and can be moved forward: for every later test of the worker too. */
export interface SettableClock extends Clock {
  advance(milliseconds: number): void
}

interface TestServerOptions {
  /** Added to the settings of a test. */
  env?: Readonly<Record<string, string>>
  /** The host of PUBLIC_URL; localhost by default. The test's browser finds every `.test` here. */
  hostname?: string
  /** Where the pages are built, if not where a build puts them. */
  clientDirectory?: string
}

/** With the demo accounts, and a database that is removed when it is closed. */
export async function startTestServer({
  env,
  hostname = 'localhost',
  clientDirectory,
}: TestServerOptions = {}): Promise<TestServer & { close(): Promise<void> }> {
  if (!existsSync(join(packageFolder, 'dist/client'))) {
    throw new Error('The pages are not built: run "npm run build", or "npm test -- browser".')
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-e2e-'))
  const port = await findFreePort()
  const url = `http://${hostname}:${port}`
  const config = readConfig({
    NODE_ENV: 'test',
    PORT: String(port),
    PUBLIC_URL: url,
    DATA_DIR: dataDir,
    // All tests come from one address.
    SIGN_IN_FAILURES_PER_ADDRESS: '1000000',
    LOG_LEVEL: 'silent',
    // Also with an https address or a proxy, but not in production, which refuses them.
    ...(env?.NODE_ENV !== 'production' && { DEMO_ACCOUNTS: 'on' }),
    ...env,
  })
  const clock = createSettableClock()
  const services = await createServices(config, { clock, bcryptCost: cheapestBcryptCost })
  const app = await createApp(services, undefined, clientDirectory)
  await app.listen({ host: config.host, port })
  return {
    url,
    services,
    clock,
    routes: listRoutes(app),
    async close() {
      await app.close()
      await services.close()
      await rm(dataDir, { recursive: true })
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
export function findFreePort(): Promise<number> {
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
