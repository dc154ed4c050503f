// Lost replies to refreshes, and a database that takes no writes: no one is signed out, and a thief
// who holds the superseded token is detected.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import pg from 'pg'
import { createApp } from '../../server/app.ts'
import { readConfig } from '../../server/config.ts'
import { scopesOfRole } from '../../server/contract/scopes.ts'
import { makeRandomId } from '../../server/db/random-id.ts'
import { createServices, type Services } from '../../server/services.ts'
import { startPostgres } from '../../server/testing/postgres-server.ts'
import { readArguments } from './arguments.ts'
import { type Finding, judge } from './table.ts'

const minuteMs = 60_000
const absences = { '1 s': 1_000, '31 s': 31_000, '10 min': 10 * minuteMs, '8 h': 480 * minuteMs }
const stallMs = 32_000
/** Like a client that gets 503 with `Retry-After: 5`. */
const retryMs = 5_000
/** Of the hundred that one user may have. */
const sessionsPerUser = 50

/** `args`: how many sessions, 100 by default. Control: another program asks again. */
export async function tortureLostReplies(args: readonly string[]): Promise<boolean> {
  const { count, control } = readArguments(args, 100)
  const findings = [
    ...(await torture('PostgreSQL, two nodes', await startOnPostgres(), count, control)),
    ...(await torture('SQLite', await startOnSqlite(), count, control)),
  ]
  return judge(`${count} sessions that lose a reply`, findings, control)
}

interface Stage {
  nodes: readonly Node[]
  /** Moves every node's clock forward. */
  advance(milliseconds: number): void
  /** Reads go on. @returns a function that lets writes continue */
  stallWrites(): Promise<() => Promise<void>>
  stop(): Promise<void>
}

interface Node {
  app: FastifyInstance
  services: Services
}

/** A browser or a program, with the tokens it got last. */
interface Holder {
  refreshToken: string
  /** undefined for a program. */
  deviceCookie: string | undefined
  userAgent: string
}

async function torture(
  where: string,
  stage: Stage,
  count: number,
  control: boolean,
): Promise<Finding[]> {
  try {
    const findings: Finding[] = []
    for (const [name, absenceMs] of Object.entries(absences)) {
      const holders = await startSessions(stage, count)
      await Promise.all(holders.map((holder) => refresh(stage, 0, holder)))
      stage.advance(absenceMs)
      findings.push(
        await countSignedOut(`${where}: reply lost for ${name}`, stage, holders, control),
      )
    }
    findings.push(await tortureStall(where, stage, count, control))
    findings.push(await countThieves(where, stage, count, control))
    return findings
  } finally {
    await stage.stop()
  }
}

/** Half of them lost a reply just before it, the others lose one during it. */
async function tortureStall(where: string, stage: Stage, count: number, control: boolean) {
  const holders = await startSessions(stage, count)
  await Promise.all(holders.slice(count / 2).map((holder) => refresh(stage, 0, holder)))
  const goOn = await stage.stallWrites()
  const endMs = Date.now() + stallMs
  while (Date.now() < endMs) {
    await Promise.all(holders.map((holder) => refresh(stage, 0, holder)))
    await sleep(Math.max(0, Math.min(retryMs, endMs - Date.now())))
  }
  await goOn()
  const what = `${where}: no writes for ${stallMs / 1_000} s`
  return countSignedOut(what, stage, holders, control)
}

/** Each asks again, at another node if there is one, until it gets a yes or no; and then goes on. */
async function countSignedOut(
  what: string,
  stage: Stage,
  holders: readonly Holder[],
  control: boolean,
): Promise<Finding> {
  const outcomes = await Promise.all(
    holders.map(async (holder) => {
      const again = await refresh(stage, 1, control ? makeStranger(holder) : holder)
      if (again === undefined) return false
      return (await refresh(stage, 0, { ...holder, refreshToken: again })) !== undefined
    }),
  )
  const signedOut = outcomes.filter((isIn) => !isIn).length
  const seen = `${signedOut} of ${holders.length} signed out`
  return { what, seen, promised: '0', kept: signedOut === 0 }
}

/** A thief refreshed first. Its owner recovers the session; then the thief shows its token. */
async function countThieves(where: string, stage: Stage, count: number, control: boolean) {
  const holders = await startSessions(stage, count)
  const stolen = await Promise.all(holders.map((holder) => refresh(stage, 0, holder)))
  stage.advance(10 * minuteMs)
  const found = await Promise.all(
    holders.map(async (holder, index) => {
      const own = await refresh(stage, 1, holder)
      // Control: a copy of the live token, which no server can tell from its original.
      const shown = (control ? own : stolen[index]) ?? ''
      const isRefused = (await refresh(stage, 0, { ...holder, refreshToken: shown })) === undefined
      return (
        isRefused && (await refresh(stage, 0, { ...holder, refreshToken: own ?? '' })) === undefined
      )
    }),
  )
  const seen = found.filter(Boolean).length
  return {
    what: `${where}: thieves with the successor that died`,
    seen: `${seen} of ${count} found`,
    promised: 'all',
    kept: seen === count,
  }
}

/** @returns the successor; undefined where the session is over */
async function refresh(
  { nodes }: Stage,
  nodeIndex: number,
  { refreshToken, deviceCookie, userAgent }: Holder,
): Promise<string | undefined> {
  const { app } = nodes[nodeIndex % nodes.length] as Node
  for (let attempt = 0; attempt < 3; attempt++) {
    const answer =
      deviceCookie === undefined
        ? await app.inject({
            method: 'POST',
            url: '/token',
            headers: {
              'content-type': 'application/x-www-form-urlencoded',
              'user-agent': userAgent,
            },
            payload: new URLSearchParams({
              grant_type: 'refresh_token',
              refresh_token: refreshToken,
            }).toString(),
          })
        : await app.inject({
            method: 'POST',
            url: '/trpc/auth.refresh',
            headers: {
              'content-type': 'application/json',
              'sec-fetch-site': 'same-origin',
              'user-agent': userAgent,
              cookie: `keycard=${refreshToken}; keycard-device=${deviceCookie}`,
            },
            payload: '{}',
          })
    if (answer.statusCode === 200) {
      const [, cookie] = /(?:^|,)keycard=([^;]*)/.exec(String(answer.headers['set-cookie'])) ?? []
      return deviceCookie === undefined ? answer.json().refresh_token : cookie
    }
    // "Later" is no verdict.
    if (answer.statusCode !== 503) return undefined
  }
  return undefined
}

function makeStranger(holder: Holder): Holder {
  return { ...holder, userAgent: 'stranger/1.0', deviceCookie: holder.deviceCookie && 'none' }
}

/** Programs and browsers alternately, with users whose passwords need no hashing. */
async function startSessions({ nodes }: Stage, count: number): Promise<Holder[]> {
  const { services } = nodes[0] as Node
  const holders: Holder[] = []
  let userId = ''
  while (holders.length < count) {
    if (holders.length % sessionsPerUser === 0) userId = await makeUser(services)
    const transport = holders.length % 2 === 0 ? 'bearer' : 'cookie'
    const userAgent = transport === 'bearer' ? 'acme-sync/4.1' : 'Mozilla/5.0 Firefox/140.0'
    const { session, refreshToken } = await services.sessions.start({
      userId,
      scopes: scopesOfRole.user,
      holder: { clientId: services.clients.web.id, transport },
      rememberMe: true,
      device: { address: '127.0.0.1', userAgent },
    })
    const { deviceId } = session
    const deviceCookie = deviceId === null ? undefined : services.deviceTokens.make(deviceId)
    holders.push({ refreshToken, deviceCookie, userAgent })
  }
  return holders
}

async function makeUser({ users }: Services): Promise<string> {
  const { id } = await users.create({
    username: `user-${randomBytes(6).toString('hex')}`,
    email: null,
    fullName: null,
    role: 'user',
    disabled: false,
    password: { hash: makeRandomId(), keyId: null },
    isDemo: false,
  })
  return id
}

async function startOnSqlite(): Promise<Stage> {
  const stage = await startNodes(1, {})
  const [node] = stage.nodes
  const set = (value: 'on' | 'off') =>
    sql`pragma query_only = ${sql.raw(value)}`.execute((node as Node).services.database.kysely)
  return {
    ...stage,
    async stallWrites() {
      await set('on')
      return async () => void (await set('off'))
    },
  }
}

/** Its commits wait for a standby that is not there, while reads go on. */
async function startOnPostgres(): Promise<Stage> {
  const postgres = await startPostgres({ durable: true })
  const stage = await startNodes(2, { DATABASE_URL: postgres.url })
  async function setStandby(name: string): Promise<void> {
    const client = new pg.Client({ connectionString: postgres.url })
    await client.connect()
    await client.query(`alter system set synchronous_standby_names = '${name}'`)
    await client.query('select pg_reload_conf()')
    await client.end()
  }
  return {
    ...stage,
    async stallWrites() {
      await setStandby('nobody')
      return () => setStandby('')
    },
    async stop() {
      await stage.stop()
      await postgres.stop()
    },
  }
}

async function startNodes(count: number, env: Record<string, string>) {
  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-lost-replies-'))
  let offsetMs = 0
  const clock = { now: () => Date.now() + offsetMs }
  const config = readConfig({
    DATA_DIR: dataDir,
    MASTER_KEY: randomBytes(32).toString('base64'),
    DEMO_ACCOUNTS: 'off',
    LOG_LEVEL: 'silent',
    ...env,
  })
  const nodes: Node[] = []
  while (nodes.length < count) {
    const services = await createServices(config, { clock })
    nodes.push({ services, app: await createApp(services) })
  }
  return {
    nodes,
    advance: (milliseconds: number) => {
      offsetMs += milliseconds
    },
    async stop() {
      for (const { app, services } of nodes) {
        await app.close()
        await services.close()
      }
      await rm(dataDir, { recursive: true })
    },
  }
}
