// Hundreds of thousands of hostile requests at a built server: nothing breaks, gets through or piles up.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../../server/testing/postgres-server.ts'
import { type ServerProcess, startServer } from '../support/keycard-process.ts'
import { attack, attackCareless, createTally, patienceMs, type Tally } from './hostile-attack.ts'
import { makeRequests } from './hostile-requests.ts'
import {
  describeMemory,
  growthMax,
  growthOf,
  inMiB,
  isFlat,
  type Memory,
  memoryProbe,
  readMemory,
} from './memory.ts'
import { printTable } from './table.ts'

const chunkSize = 1_000
/** Until then caches fill, threads start and code is compiled. */
const warmUp = { share: 0.3, mostShare: 0.6, requests: 100_000 }
/** In fewer requests what fills up outweighs what stays. */
const tellingCount = 200_000
/** Control for the memory: this many requests, of each of which this many bytes are kept. */
const leak = { requests: 20_000, bytes: 8_192 }

/** `args`: how many requests, 1,000,000 by default; the seed, to repeat a run; and `postgres`. */
export async function tortureHostile(args: readonly string[]): Promise<boolean> {
  const [count = 1_000_000, seed = Math.floor(Math.random() * 1_000_000)] = args
    .filter((word) => word !== 'postgres')
    .map(Number)
  const engine = args.includes('postgres') ? ' postgres' : ''
  console.log(`seed ${seed}: npm run torture -- hostile ${count} ${seed}${engine}`)
  const careless = await attackCareless(seed, chunkSize)
  const leaking = await besiege({ count: leak.requests, seed, leakedBytes: leak.bytes })
  const postgres = engine === '' ? undefined : await startPostgres()
  const startedAtMs = performance.now()
  const siege = await besiege({ count, seed, databaseUrl: postgres?.url }).finally(() =>
    postgres?.stop(),
  )
  const seconds = (performance.now() - startedAtMs) / 1_000

  const { tally, crashes, growth, last } = siege
  const isShort = count < tellingCount
  const promisedGrowth = (what: keyof Memory) =>
    isShort ? 'too short to tell' : `≤ ${growthMax[what]} MiB`
  const sent = [...tally.statuses.values()].reduce((sum, n) => sum + n, 0)
  const per = (status: string) => tally.statuses.get(status)?.toLocaleString('en') ?? '0'
  printTable(`${count.toLocaleString('en')} hostile requests (seed ${seed}${engine})`, [
    ['crashes', String(crashes), '0'],
    ['answers of 500 to 599', String(tally.faults), '0'],
    ['of these 503 with Retry-After: too busy', String(tally.busy), ''],
    ['answers with a token or a cookie of a session', String(tally.tokens), '0'],
    ['calls answered without a live token', String(tally.opened), '0'],
    [`no answer within ${patienceMs / 1_000} s`, String(tally.hung), '0'],
    ['growth of memory (RSS) after the warm-up', inMiB(growth.rssMiB), promisedGrowth('rssMiB')],
    ['growth of the heap, garbage collected', inMiB(growth.heapMiB), promisedGrowth('heapMiB')],
    ['memory (RSS), heap at the end', last ? describeMemory(last) : '', ''],
    ['answers: 2xx, 4xx, closed without one', [per('2xx'), per('4xx'), per('none')].join(', '), ''],
    ['requests a second', String(Math.round(sent / seconds)), ''],
    ['control, a careless server: 5xx', String(careless.faults), '> 0'],
    ['control, a careless server: tokens', String(careless.tokens), '> 0'],
    [
      `control, ${leak.bytes / 1024} KiB of each request kept: growth of the heap`,
      inMiB(leaking.growth.heapMiB),
      `> ${growthMax.heapMiB} MiB`,
    ],
  ])
  for (const line of tally.examples) console.log(line)
  return (
    crashes + tally.faults - tally.busy + tally.tokens + tally.opened + tally.hung === 0 &&
    (isShort || isFlat(growth)) &&
    careless.faults > 0 &&
    careless.tokens > 0 &&
    !isFlat(leaking.growth)
  )
}

interface SiegePlan {
  count: number
  seed: number
  /** PostgreSQL; SQLite where absent. */
  databaseUrl?: string | undefined
  /** This much of every request stays in memory. */
  leakedBytes?: number
}

interface Siege {
  tally: Tally
  crashes: number
  /** After the warm-up. */
  growth: Memory
  last: Memory | undefined
}

/** A built server in a process of its own, which receives all of the requests. */
async function besiege({ count, seed, databaseUrl, leakedBytes = 0 }: SiegePlan): Promise<Siege> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-hostile-'))
  const env = {
    DATA_DIR: dataDir,
    MASTER_KEY: randomBytes(32).toString('base64'),
    LOG_LEVEL: 'error',
    // A well-formed registration would succeed: that is no breach, and cannot be told from one.
    REGISTRATION: 'off',
    TORTURE_LEAKED_BYTES: String(leakedBytes),
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
  }
  const server = await startServer(env, memoryProbe)
  let crashes = 0
  server.process.once('close', () => {
    crashes += 1
  })
  const memory: Memory[] = []
  const admin = createAdmin(server)
  const tally = createTally()
  const chunks = Math.ceil(count / chunkSize)
  const chunksPerSample = Math.ceil(chunks / 100)
  const what = leakedBytes > 0 ? 'requests to a server that leaks' : 'requests'
  try {
    for (let chunk = 0; chunk < chunks && crashes === 0; chunk++) {
      const accessToken = await admin.signIn()
      await attack(server.url, makeRequests(seed, chunk, chunkSize), { tally, accessToken, chunk })
      if ((chunk + 1) % chunksPerSample > 0) continue
      const sample = await readMemory(server.process)
      memory.push(sample)
      const isTold = memory.length % 5 === 0
      if (isTold) console.log(`${(chunk + 1) * chunkSize} ${what}: ${describeMemory(sample)}`)
    }
  } catch (error) {
    if (crashes === 0) throw error
    tally.examples.push(`the server ended: ${server.said.slice(-3_000)}`)
  } finally {
    server.process.removeAllListeners('close').kill('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  }
  const warmRequests = Math.min(
    Math.max(warmUp.share * count, warmUp.requests),
    warmUp.mostShare * count,
  )
  const settled = memory.slice(Math.floor((memory.length * warmRequests) / count))
  return { tally, crashes, growth: growthOf(settled), last: memory.at(-1) }
}

/**
 * The admin signs in anew for each chunk, since some request of the last may have signed them out.
 * They use a known device: strangers have long used up what unknown devices may try. They are the
 * last admin, whom nothing can delete.
 */
function createAdmin({ url }: ServerProcess): { signIn(): Promise<string> } {
  const cookies = new Map<string, string>()
  return {
    async signIn() {
      const answer = await fetch(`${url}/trpc/auth.login`, {
        method: 'POST',
        headers: {
          origin: url,
          'content-type': 'application/json',
          cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
        },
        body: JSON.stringify({ username: 'admin', password: 'admin-secret' }),
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`the admin is not let in: ${answer.status} ${text}`)
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        cookies.set(name, value)
      }
      return JSON.parse(text).result.data.access_token
    },
  }
}
