// An ended token stays ended, whatever else is wrong: clocks, a held commit, a mass of revocations,
// a failover.

import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { pollIntervalMs } from '../../server/db/changes/change-feed.ts'
import { readCpuTimeUs, readMemoryMib } from '../bench/process-cpu.ts'
import { startServer } from '../support/keycard-process.ts'
import { postForm, signIn, type TokenAnswer } from './ask.ts'
import { killServer, type Nodes, startNodes } from './nodes.ts'
import {
  callProtected,
  findingsOf,
  sessionOf,
  signOutAndWait,
  timeUntilRefused,
} from './revocation-probes.ts'
import { skewClock } from './skewed-clock.ts'
import { type Finding, judge } from './table.ts'

/** Just below the difference that `/readyz` accepts. */
const skewSeconds = 29
const heldSeconds = 30
const massOf = 200_000
const newNodeMaxMiB = 128
const env = { SIGN_IN_FAILURES_PER_ADDRESS: '1000000' }

/** Two nodes, one clock ahead and the other behind; without libfaketime both are right. */
export function startSkewedNodes(durable = false): Promise<Nodes> {
  const envOf = (index: number) => skewClock(index === 0 ? skewSeconds : -skewSeconds)
  return startNodes(2, { env, envOf, durable })
}

export async function tortureHardRevocations(): Promise<boolean> {
  const clocks = skewClock(0) ? `clocks ±${skewSeconds} s` : 'right clocks (no libfaketime here)'
  const nodes = await startSkewedNodes()
  try {
    const idleUs = await measureIdle(nodes)
    const outcomes = [
      judge(`100 sign-outs, ${clocks}`, findingsOf(await signOutBothWays(nodes, 50))),
      judge(`a commit held ${heldSeconds} s, ${clocks}`, findingsOf(await holdCommit(nodes))),
      judge(`${massOf} revocations at once`, findingsOf(await revokeMany(nodes, massOf))),
      judge('after the mass', [await findNewNode(nodes), await findIdle(nodes, idleUs)]),
    ]
    if (!outcomes.every(Boolean)) return false
  } finally {
    await nodes.stop()
  }
  return judge('a promoted synchronous standby', await failOver())
}

export async function controlHardRevocations(): Promise<boolean> {
  const nodes = await startSkewedNodes()
  try {
    const accessToken = await forgeOldRow(nodes)
    const delays = nodes.urls.map((url) => timeUntilRefused(url, accessToken))
    return judge(
      'a row with an old number',
      findingsOf(await Promise.all(delays)).slice(0, 2),
      true,
    )
  } finally {
    await nodes.stop()
  }
}

/**
 * The database itself dates the row as old: no reader takes it for new. @returns the token it is
 * about
 */
export async function forgeOldRow({ urls, postgres }: Nodes): Promise<string> {
  const { access_token } = await signIn(urls[0] ?? '')
  const client = await connect(postgres.url)
  await client.query('begin')
  await writeEnd(client, access_token)
  await client.query(`update revocations set change_number = 1 where subject = $1`, [
    sessionOf(access_token),
  ])
  await client.query('commit')
  await client.end()
  return access_token
}

function writeEnd(client: pg.Client, accessToken: string): Promise<unknown> {
  return client.query(
    `insert into revocations (id, kind, subject, created_at_ms)
      values ($1, 'session', $1, extract(epoch from clock_timestamp()) * 1000)`,
    [sessionOf(accessToken)],
  )
}

export async function signOutBothWays({ urls: [one = '', other = ''] }: Nodes, count: number) {
  const delaysMs: number[] = []
  for (let each = 0; each < count; each++) {
    delaysMs.push(await signOutAndWait(one, other), await signOutAndWait(other, one))
  }
  return delaysMs
}

/** A session's end is written and dated but not committed, while others end. */
export async function holdCommit(nodes: Nodes, seconds = heldSeconds): Promise<number[]> {
  const { access_token } = await signIn(nodes.urls[0] ?? '')
  const held = await connect(nodes.postgres.url)
  await held.query('begin')
  await writeEnd(held, access_token)
  const overAtMs = performance.now() + seconds * 1_000
  while (performance.now() < overAtMs) {
    await signOutBothWays(nodes, 1)
    await sleep(100)
  }
  await held.query('commit')
  const delays = nodes.urls.map((url) => timeUntilRefused(url, access_token))
  await held.end()
  return Promise.all(delays)
}

/** In one transaction, with that of a session among them. */
export async function revokeMany({ urls, postgres }: Nodes, count: number): Promise<number[]> {
  const { access_token } = await signIn(urls[0] ?? '')
  const client = await connect(postgres.url)
  await client.query('begin')
  await client.query(
    `insert into revocations (id, kind, subject, created_at_ms)
      select 'mass ' || n, 'session',
        case when n = $1 then $2 else substr(md5(n::text), 1, 22) end,
        extract(epoch from clock_timestamp()) * 1000
      from generate_series(1, $1::int) n`,
    [count, sessionOf(access_token)],
  )
  await client.query(`select pg_notify('keycard_changes', '')`)
  await client.query('commit')
  await client.end()
  return Promise.all(urls.map((url) => timeUntilRefused(url, access_token)))
}

const idleSampleMs = 10_000

/** In microseconds of CPU, of the busier node, in ten idle seconds. */
async function measureIdle({ processes }: Nodes): Promise<number> {
  const read = () => processes.map(({ process }) => readCpuTimeUs(process.pid ?? 0))
  await sleep(2_000)
  const before = read()
  await sleep(idleSampleMs)
  return Math.max(...read().map((us, index) => us - (before[index] ?? 0)))
}

async function findIdle(nodes: Nodes, beforeUs: number): Promise<Finding> {
  await sleep(60_000)
  const afterUs = await measureIdle(nodes)
  const inMs = (us: number) => `${Math.round(us / 1_000)} ms`
  return {
    what: 'CPU in 10 idle seconds, a minute later',
    seen: inMs(afterUs),
    promised: `as before: ${inMs(beforeUs)}`,
    // The kernel counts in hundredths of a second.
    kept: afterUs <= beforeUs * 1.25 + 50_000,
  }
}

/** In a heap of 64 MB. */
async function findNewNode(nodes: Nodes): Promise<Finding> {
  const server = await startServer(nodes.env, ['--max-old-space-size=64'])
  const mib = readMemoryMib(server.process.pid ?? 0)
  await killServer(server)
  return {
    what: 'memory (RSS) of a node that starts then',
    seen: `${Math.round(mib)} MiB`,
    promised: `≤ ${newNodeMaxMiB} MiB`,
    kept: mib <= newNodeMaxMiB,
  }
}

/**
 * The primary dies, and a standby that it waited for at each commit takes its place. The standby
 * has not seen the numbers of transactions that wrote nothing, and assigns them again.
 */
async function failOver(): Promise<Finding[]> {
  const nodes = await startSkewedNodes(true)
  const standby = await nodes.postgres.addStandby()
  try {
    const [one = ''] = nodes.urls
    // One after the other: so many at once would be throttled.
    const sessions: TokenAnswer[] = []
    while (sessions.length < 20) sessions.push(await signIn(one))
    const [before, between] = [sessions.slice(0, 8), sessions.slice(8, 12)]
    const [after, stays] = [sessions.slice(12, 19), sessions[19]]
    for (const { refresh_token } of before)
      await postForm(`${one}/revoke`, { token: refresh_token })
    await disconnect(standby.url)
    await wasteNumbers(nodes.postgres.url, 500)
    // So that both nodes have seen them end.
    await sleep(3 * pollIntervalMs)
    for (const wire of nodes.wires) wire.cut()
    await nodes.postgres.stop()
    await promote(standby.url)
    // By a node that already runs: numbers that these two believe to have read.
    const first = await connect(standby.url)
    for (const { access_token } of between) await writeEnd(first, access_token)
    await first.end()
    for (const wire of nodes.wires) {
      wire.lead(standby.url)
      wire.mend()
    }
    const delays: Promise<number>[] = []
    const watch = (token: string) => nodes.urls.map((url) => timeUntilRefused(url, token))
    for (const { access_token } of before) delays.push(...watch(access_token))
    await Promise.all(nodes.urls.map((url) => untilBelieved(url, stays?.access_token ?? '')))
    for (const { access_token } of between) delays.push(...watch(access_token))
    for (const { access_token, refresh_token } of after) {
      await postForm(`${one}/revoke`, { token: refresh_token })
      delays.push(...watch(access_token))
    }
    return findingsOf(await Promise.all(delays))
  } finally {
    await nodes.stop()
    await standby.stop()
  }
}

async function wasteNumbers(url: string, count: number): Promise<void> {
  const client = await connect(url)
  for (let each = 0; each < count; each++) {
    await client.query('begin')
    await client.query('select pg_current_xact_id()')
    await client.query('rollback')
  }
  await client.end()
}

/** It has all that was acknowledged by then. */
async function disconnect(url: string): Promise<void> {
  const client = await connect(url)
  await client.query(`alter system set primary_conninfo = ''`)
  await client.query('select pg_reload_conf()')
  while ((await client.query('select from pg_stat_wal_receiver')).rowCount !== 0) await sleep(20)
  await client.end()
}

async function promote(url: string): Promise<void> {
  const client = await connect(url)
  await client.query('select pg_promote()')
  await client.query(`alter system reset synchronous_standby_names`)
  await client.query('select pg_reload_conf()')
  await client.end()
}

async function untilBelieved(url: string, accessToken: string): Promise<void> {
  while ((await callProtected(url, accessToken)).status !== 200) await sleep(50)
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}
