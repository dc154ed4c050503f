// A primary that dies, and its standby that takes over: a server that knows both hosts recovers by itself.

import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { startPostgres } from '../../server/testing/postgres-server.ts'
import { type ServerProcess, startServer } from '../support/keycard-process.ts'
import { readArguments } from './arguments.ts'
import { ask, postForm, signIn } from './ask.ts'
import { latestMs } from './faults.ts'
import { killServer } from './nodes.ts'
import { type Finding, judge } from './table.ts'

/** `args`: how many times, 5 by default. */
export async function tortureFailover(args: readonly string[]): Promise<boolean> {
  const { count, control } = readArguments(args, 5)
  const outcomes: boolean[] = []
  for (let round = 1; round <= (control ? 1 : count); round++) {
    const title = control ? 'the primary alone is named' : `failover ${round} of ${count}`
    outcomes.push(judge(title, await failOver(!control), control))
  }
  return outcomes.every(Boolean)
}

async function failOver(namesBoth: boolean): Promise<Finding[]> {
  const primary = await startPostgres({ durable: true })
  const standby = await primary.addStandby()
  let server: ServerProcess | undefined
  try {
    server = await startServer({
      DATABASE_URL: namesBoth ? joinHosts(standby.url, primary.url) : primary.url,
      MASTER_KEY: randomBytes(32).toString('base64'),
      LOG_LEVEL: 'silent',
    })
    const { url } = server
    const { refresh_token } = await signIn(url)
    const isReady = async () => (await ask(`${url}/readyz`)).status === 200
    const wasReady = await isReady()
    await primary.stop()
    const whileNoneWrites: boolean[] = []
    for (let look = 0; look < 8; look++) {
      whileNoneWrites.push(await isReady())
      await sleep(250)
    }
    await promote(standby.url)
    const promotedAtMs = performance.now()
    const fields = { grant_type: 'refresh_token', refresh_token }
    const goesOn = async () => (await postForm(`${url}/token`, fields)).status === 200
    const refreshedMs = await timeUntil(goesOn, promotedAtMs)
    const readyMs = await timeUntil(isReady, promotedAtMs)
    const recovery = { 'the session goes on': refreshedMs, '/readyz is 200': readyMs }
    const recovered = Object.entries(recovery).map(([what, ms]) => ({
      what: `${what} after the promotion`,
      seen: ms === undefined ? 'never' : `${Math.round(ms)} ms`,
      promised: `≤ ${latestMs.recovery} ms`,
      kept: ms !== undefined && ms <= latestMs.recovery,
    }))
    if (!namesBoth) return recovered
    return [
      {
        what: 'ready, with the standby named first',
        seen: wasReady ? 'yes' : 'no',
        promised: 'yes',
        kept: wasReady,
      },
      {
        what: '/readyz is 200 while nothing takes writes',
        seen: `${whileNoneWrites.filter(Boolean).length} of ${whileNoneWrites.length}`,
        promised: '0',
        kept: !whileNoneWrites.some(Boolean),
      },
      ...recovered,
    ]
  } finally {
    if (server) await killServer(server)
    await standby.stop()
    await primary.stop()
  }
}

/** One URL for both, as libpq has it. */
function joinHosts(...urls: string[]): string {
  const [first, ...others] = urls.map((url) => new URL(url))
  if (!first) throw new Error('no host')
  const { username, password, pathname } = first
  const hosts = [first, ...others].map(({ host }) => host).join(',')
  return `postgres://${username}:${password}@${hosts}${pathname}?target_session_attrs=read-write`
}

async function promote(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  // It waits for no standby of its own.
  await client.query('select pg_promote()')
  await client.query('alter system reset synchronous_standby_names')
  await client.query('select pg_reload_conf()')
  await client.end()
}

async function timeUntil(
  isSo: () => Promise<boolean>,
  sinceMs: number,
): Promise<number | undefined> {
  while (performance.now() - sinceMs < 2 * latestMs.recovery) {
    if (await isSo().catch(() => false)) return performance.now() - sinceMs
    await sleep(50)
  }
  return undefined
}
