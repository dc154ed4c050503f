// Hundreds of thousands of hostile requests at a built server: nothing breaks, opens or piles up.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ServerProcess, startServer } from '../keycard-process.ts'
import { startPostgres } from '../postgres-server.ts'
import { attack, attackCareless, createTally, patienceMs } from './hostile-attack.ts'
import { makeRequests } from './hostile-requests.ts'
import { lowestOfTenths, type Memory, type MemorySample, readMemory, slopeOf } from './memory.ts'
import { printTable } from './table.ts'

const chunkSize = 1_000
/** Until then caches fill, threads start and code is compiled. */
const warmUp = { share: 0.3, mostShare: 0.6, requests: 100_000 }
/** In MiB, over all that comes after the warm-up. */
const growthMax = { rssMiB: 24, heapMiB: 8 }
/** In fewer requests what comes and goes is more than what stays. */
const tellingCount = 200_000

/** `args`: how many requests, 1,000,000 by default; the seed, to repeat a run; and `postgres`. */
export async function tortureHostile(args: readonly string[]): Promise<boolean> {
  const [count = 1_000_000, seed = Math.floor(Math.random() * 1_000_000)] = args
    .filter((word) => word !== 'postgres')
    .map(Number)
  const postgres = args.includes('postgres') ? await startPostgres() : undefined
  const engine = postgres ? ' postgres' : ''
  console.log(`seed ${seed}: npm run torture -- hostile ${count} ${seed}${engine}`)
  const control = await attackCareless(seed, chunkSize)

  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-hostile-'))
  // A well-meant registration would be let in: that is no breach, and cannot be told from one.
  const server = await startServer({
    DATA_DIR: dataDir,
    MASTER_KEY: randomBytes(32).toString('base64'),
    LOG_LEVEL: 'error',
    REGISTRATION: 'off',
    ...(postgres && { DATABASE_URL: postgres.url }),
  })
  let crashes = 0
  server.process.once('close', () => {
    crashes += 1
  })
  const startedAtMs = performance.now()
  const memory: MemorySample[] = []
  const admin = createAdmin(server)
  const tally = createTally()
  try {
    const chunks = Math.ceil(count / chunkSize)
    for (let chunk = 0; chunk < chunks && crashes === 0; chunk++) {
      const accessToken = await admin.signIn()
      await attack(server.url, makeRequests(seed, chunk, chunkSize), { tally, accessToken, chunk })
      memory.push({ at: chunk * chunkSize, ...(await readMemory(server.url)) })
      if (chunk % 20 === 19)
        console.log(`${(chunk + 1) * chunkSize} requests, ${memory.at(-1)?.rssMiB} MiB`)
    }
  } catch (error) {
    if (crashes === 0) throw error
    tally.examples.push(`the server ended: ${server.said.slice(-3_000)}`)
  } finally {
    server.process.removeAllListeners('close').kill('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
    await postgres?.stop()
  }
  const seconds = (performance.now() - startedAtMs) / 1_000
  const warmUntil = Math.min(
    Math.max(warmUp.share * count, warmUp.requests),
    warmUp.mostShare * count,
  )
  const settled = memory.filter(({ at }) => at >= warmUntil)
  const growthOf = (what: keyof Memory) =>
    slopeOf(lowestOfTenths(settled, what), what) * chunkSize * settled.length
  const growth = { rssMiB: growthOf('rssMiB'), heapMiB: growthOf('heapMiB') }
  const last = settled.at(-1)
  const isShort = count < tellingCount
  const tellGrowth = (what: keyof Memory): [seen: string, promised: string] => [
    `${growth[what].toFixed(1)} MiB`,
    isShort ? 'too short to tell' : `≤ ${growthMax[what]} MiB`,
  ]
  const sent = [...tally.statuses.values()].reduce((sum, n) => sum + n, 0)
  const per = (status: string) => tally.statuses.get(status)?.toLocaleString('en') ?? '0'
  printTable(`${count.toLocaleString('en')} hostile requests (seed ${seed}${engine})`, [
    ['crashes', String(crashes), '0'],
    ['answers of 500 to 599', String(tally.faults), '0'],
    ['of these 503 with Retry-After: too busy', String(tally.busy), ''],
    ['answers with a token or a cookie of a session', String(tally.tokens), '0'],
    ['doors opened without a live token', String(tally.opened), '0'],
    [`no answer within ${patienceMs / 1_000} s`, String(tally.hung), '0'],
    ['growth of memory (RSS) after the warm-up', ...tellGrowth('rssMiB')],
    ['growth of the heap', ...tellGrowth('heapMiB')],
    ['memory (RSS), heap at the end', `${last?.rssMiB ?? 0} MiB, ${last?.heapMiB ?? 0} MiB`, ''],
    ['answers: 2xx, 4xx, closed without one', [per('2xx'), per('4xx'), per('none')].join(', '), ''],
    ['requests a second', String(Math.round(sent / seconds)), ''],
    ['control, a careless server: 5xx', String(control.faults), '> 0'],
    ['control, a careless server: tokens', String(control.tokens), '> 0'],
  ])
  for (const line of tally.examples) console.log(line)
  return (
    crashes + tally.faults - tally.busy + tally.tokens + tally.opened + tally.hung === 0 &&
    (isShort || (growth.rssMiB <= growthMax.rssMiB && growth.heapMiB <= growthMax.heapMiB)) &&
    control.faults > 0 &&
    control.tokens > 0
  )
}

/**
 * The admin signs in anew for each chunk: some request of the last may have signed him out. On a
 * device that he is known by: strangers have long used up what unknown ones may try. He is the last
 * admin, whom nothing can delete.
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
