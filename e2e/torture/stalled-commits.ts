// Commits that wait for a synchronous standby which is gone: what they leave in PostgreSQL, and the answers.

import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { runKeycard } from '../support/keycard-process.ts'
import { readArguments } from './arguments.ts'
import { postForm, type TokenAnswer } from './ask.ts'
import { isLater, isWell, latestMs } from './faults.ts'
import { type Nodes, startNodes } from './nodes.ts'
import type { Probe } from './probes.ts'
import { type Finding, judge } from './table.ts'

/** A node's pool, the one connection that listens, and not one more. */
const poolSize = 10
const mostBackends = poolSize + 1
/** Under the hundred that one user may have. */
const sessionsPerUser = 70

/** `args`: for how many seconds, 30 by default. */
export async function tortureStalledCommits(args: readonly string[]): Promise<boolean> {
  const { count: seconds, control } = readArguments(args, 30)
  const nodes = await startNodes(1, {
    durable: true,
    env: { SIGN_IN_FAILURES_PER_ADDRESS: '1000000' },
  })
  const admin = new pg.Client({ connectionString: nodes.postgres.url })
  await admin.connect()
  try {
    return control
      ? judge('a careless pool, while commits stall', await runControl(nodes, admin), true)
      : judge(
          `200 sessions, while commits stall for ${seconds} s`,
          await stall(nodes, admin, seconds),
        )
  } finally {
    await admin.end()
    await nodes.stop()
  }
}

async function stall(
  { urls: [url = ''], env }: Nodes,
  admin: pg.Client,
  seconds: number,
): Promise<Finding[]> {
  const sessions = await startSessions(url, env)
  let isOver = false
  const live = sessions.map((session) => keepRefreshing(url, session, () => isOver))
  await sleep(1_000)
  await setStandby(admin, 'nobody')
  // What was on its way has been committed by then.
  await sleep(200)
  const beganAtMs = performance.now()
  const most = await watchBackends(admin, seconds * 500)
  // An admin sees commits that hang, and ends them.
  const mostToo = await watchBackends(admin, seconds * 500, { endsWaits: true })
  const endedAtMs = performance.now()
  await setStandby(admin, '')
  await sleep(latestMs.recovery + 1_000)
  isOver = true
  const probes = (await Promise.all(live)).flat()
  const stalled = probes.filter(
    ({ sentAtMs, tookMs }) => sentAtMs > beganAtMs && sentAtMs + tookMs < endedAtMs,
  )
  const late = probes.filter(({ sentAtMs }) => sentAtMs > endedAtMs + latestMs.recovery)
  return [
    {
      what: 'most backends of a node at once',
      seen: String(Math.max(most, mostToo)),
      promised: `≤ ${mostBackends}: the pool and 10 %`,
      kept: Math.max(most, mostToo) <= mostBackends,
    },
    {
      what: `refreshes in the stall: ${stalled.length}; reported as done`,
      seen: String(stalled.filter(isWell).length),
      promised: '0',
      kept: stalled.length > 0 && !stalled.some(isWell),
    },
    {
      what: 'and answered otherwise than "later"',
      seen: String(stalled.filter((probe) => !isWell(probe) && !isLater(probe)).length),
      promised: '0',
      kept: stalled.every((probe) => isWell(probe) || isLater(probe)),
    },
    {
      what: `refreshes from ${latestMs.recovery} ms after it on: ${late.length}; not served`,
      seen: String(late.filter((probe) => !isWell(probe)).length),
      promised: '0',
      kept: late.length > 0 && late.every(isWell),
    },
  ]
}

async function startSessions(url: string, env: Record<string, string>): Promise<TokenAnswer[]> {
  const password = 'a password of the third'
  await runKeycard('cli', ['create-user', 'third'], { env, input: `${password}\n` })
  const users = [
    ['johndoe', 'secret'],
    ['admin', 'admin-secret'],
    ['third', password],
  ] as const
  const sessions: TokenAnswer[] = []
  for (let index = 0; index < 200; index++) {
    const [username, secret] = users[Math.floor(index / sessionsPerUser)] ?? users[2]
    const answer = await postForm(`${url}/token`, { username, password: secret })
    if (answer.status !== 200) throw new Error(`not let in: ${answer.status} ${answer.body}`)
    sessions.push(JSON.parse(answer.body))
  }
  return sessions
}

/** Like a client: again at once where the answer is "later", with the token that it has. */
async function keepRefreshing(
  url: string,
  { refresh_token: first }: TokenAnswer,
  isOver: () => boolean,
): Promise<Probe[]> {
  const probes: Probe[] = []
  let refreshToken = first
  while (!isOver()) {
    const sentAtMs = performance.now()
    const fields = { grant_type: 'refresh_token', refresh_token: refreshToken }
    const answer = await postForm(`${url}/token`, fields).catch(() => undefined)
    const status = answer?.status ?? 0
    const hasRetryAfter = answer?.headers['retry-after'] !== undefined
    probes.push({ sentAtMs, tookMs: performance.now() - sentAtMs, status, hasRetryAfter })
    if (status === 200) refreshToken = JSON.parse(answer?.body ?? '').refresh_token
    await sleep(500)
  }
  return probes
}

async function watchBackends(
  admin: pg.Client,
  milliseconds: number,
  { names = ['keycard', 'keycard listening'], endsWaits = false } = {},
): Promise<number> {
  const untilMs = performance.now() + milliseconds
  let most = 0
  while (performance.now() < untilMs) {
    const { rows } = await admin.query(
      `select count(*)::int as count from pg_stat_activity
       where application_name = any($1)`,
      [names],
    )
    most = Math.max(most, rows[0].count)
    if (endsWaits) await endWaits(admin)
    await sleep(50)
  }
  return most
}

async function endWaits(admin: pg.Client): Promise<void> {
  await admin.query(
    `select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'`,
  )
}

async function setStandby(admin: pg.Client, name: string): Promise<void> {
  await admin.query(`alter system set synchronous_standby_names = '${name}'`)
  await admin.query('select pg_reload_conf()')
}

/**
 * As in earlier versions: what takes too long is dropped, and what PostgreSQL reports as done is
 * done.
 */
async function runControl({ postgres }: Nodes, admin: pg.Client): Promise<Finding[]> {
  await admin.query('create table careless (id serial)')
  await setStandby(admin, 'nobody')
  const pool = new pg.Pool({
    connectionString: postgres.url,
    application_name: 'careless',
    max: poolSize,
    query_timeout: 300,
  })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  let told = 0
  const write = () =>
    pool.query('insert into careless default values').then(
      () => {
        told += 1
      },
      () => {},
    )
  const writes = Promise.all(Array.from({ length: 40 }, write))
  const most = await watchBackends(admin, 2_000, { names: ['careless'] })
  await writes
  const last = Promise.all([write(), write()])
  await sleep(100)
  await endWaits(admin)
  await last
  await setStandby(admin, '')
  await pool.end()
  return [
    {
      what: 'most backends at once',
      seen: String(most),
      promised: `≤ ${mostBackends}`,
      kept: most <= mostBackends,
    },
    { what: 'reported as done', seen: String(told), promised: '0', kept: told === 0 },
  ]
}
