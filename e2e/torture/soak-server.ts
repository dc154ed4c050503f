// The server of the soak: a Keycard on a fast clock, which reports its state on request.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { sql } from 'kysely'
import { createApp } from '../../server/app.ts'
import { readConfig } from '../../server/config.ts'
import { createServices } from '../../server/services.ts'
import { findFreePort } from '../support/test-server.ts'
import { measureMemory } from './measure-memory.js'
import type { Memory } from './memory.ts'

export interface SoakOptions {
  /** How many seconds of its clock pass in one. */
  speed: number
  /** Control: it keeps some memory of every request. */
  isLeaking: boolean
}

export interface SoakSample extends Memory {
  /** In milliseconds, since the sample before. */
  lagP99Ms: number
  rows: Record<string, number>
}

const options: SoakOptions = JSON.parse(process.argv[2] ?? '{}')
const startedAtMs = Date.now()
const clock = { now: () => startedAtMs + Math.floor((Date.now() - startedAtMs) * options.speed) }
const dataDir = await mkdtemp(join(tmpdir(), 'keycard-soak-'))
const port = await findFreePort()
const services = await createServices(
  readConfig({
    DATA_DIR: dataDir,
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    BCRYPT_COST: '10',
    LOG_LEVEL: 'error',
    // A day of its clock may be a second of ours.
    ACCESS_TOKEN_EXPIRE_MINUTES: '1440',
    AUDIT_LOG_DAYS: '30',
    // Everyone has their own address.
    TRUSTED_PROXIES: '127.0.0.1',
    DEMO_ACCOUNTS: 'on',
  }),
  { clock },
)
const app = await createApp(services)
const hoard: Buffer[] = []
if (options.isLeaking)
  app.addHook('onRequest', async () => void hoard.push(Buffer.alloc(262_144, 1)))
await app.listen({ host: '127.0.0.1', port })

const lag = monitorEventLoopDelay({ resolution: 5 })
lag.enable()

process.on('message', async (message) => {
  if (message === 'sample') process.send?.(await sample())
  else {
    await app.close()
    await services.close()
    await rm(dataDir, { recursive: true })
    process.disconnect()
  }
})
process.send?.(`http://127.0.0.1:${port}`)

async function sample(): Promise<SoakSample> {
  const lagP99Ms = lag.percentile(99) / 1e6
  const memory = measureMemory()
  const rows = await countRows()
  // The cost of sampling does not count.
  setImmediate(() => lag.reset())
  return { ...memory, lagP99Ms, rows }
}

async function countRows(): Promise<Record<string, number>> {
  const { kysely } = services.database
  const tables = await kysely.introspection.getTables()
  const counts = tables.map(async ({ name }) => {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(name)}`.execute(
      kysely,
    )
    return [name, Number(rows[0]?.n)] as const
  })
  return Object.fromEntries(await Promise.all(counts))
}
