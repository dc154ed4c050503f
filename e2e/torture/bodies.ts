// What the worst of many bodies costs each endpoint, beside a plain one of the same length.

import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { demoAccounts } from '../../server/auth/users/demo-accounts.ts'
import {
  type BodyEndpoint,
  listBodyEndpoints,
  type Request,
} from '../../server/testing/body-endpoints.ts'
import { makePairs, type Pair } from '../../server/testing/hostile-bodies.ts'
import { openTestApp } from '../../server/testing/test-app.ts'
import { median } from '../bench/numbers.ts'
import { readMainThreadTimeUs } from '../bench/process-cpu.ts'
import { type ServerProcess, startServer } from '../support/keycard-process.ts'
import { readArguments } from './arguments.ts'
import { type Finding, judge } from './table.ts'

const promisedRatio = 2
const worstCount = 20
const replays = 200
const seed = 15

const normalizeFirst = ['--import', new URL('./normalize-first.js', import.meta.url).href]

/** `args`: how many bodies an endpoint, 2,000 by default; part of an endpoint's name; `--control`. */
export async function tortureBodies(args: readonly string[]): Promise<boolean> {
  const { count, control } = readArguments(args, 2_000)
  const part = args.find((arg) => !/^(\d+|--.*)$/.test(arg)) ?? ''
  const endpoints = (await listEndpoints()).filter(({ name }) => name.includes(part))
  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-bodies-'))
  const env = {
    DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
    TRUSTED_PROXIES: '127.0.0.1,::1',
    DEMO_ACCOUNTS: 'on',
    // One failure blocks the address: this measures what comes before a hash, which other threads compute.
    SIGN_IN_FAILURES_PER_ADDRESS: '1',
  }
  const server = await startServer(env, control ? normalizeFirst : [])
  const findings: Finding[] = []
  try {
    const caller = createCaller(server)
    await warmUp(endpoints, caller)
    for (const endpoint of endpoints) {
      await caller.signIn()
      const finding = await measure(endpoint, count, caller)
      console.log(`${finding.what}: ${finding.seen}`)
      findings.push(finding)
    }
    caller.close()
  } finally {
    server.process.kill()
    await rm(dataDir, { recursive: true, force: true })
  }
  const title = `CPU of the main thread for the worst of ${count} bodies (of each of ${worstCount}, the median of ${replays})`
  // In an address a text is decoded piece by piece: the control slows bodies.
  return judge(
    title,
    control ? findings.filter(({ what }) => /^POST |^auth/.test(what)) : findings,
    control,
  )
}

async function listEndpoints(): Promise<BodyEndpoint[]> {
  const { app, close } = await openTestApp()
  const endpoints = listBodyEndpoints(app).filter(({ textFields }) => textFields.length > 0)
  await close()
  return endpoints
}

async function measure(endpoint: BodyEndpoint, count: number, caller: Caller): Promise<Finding> {
  const pairs = await matchAnswers(makePairs(endpoint, count, seed), caller)
  const first = await timeEach(pairs, ({ hostile }) => caller.cost(hostile))
  // A single measurement of each is mostly noise: the worst are chosen, by a second measurement,
  // among those that look bad.
  const suspects = takeWorst(first, worstCount * 4)
  const second = await timeEach(suspects, async ({ hostile }) => {
    const costs = []
    while (costs.length < 5) costs.push(await caller.cost(hostile))
    return median(costs)
  })
  const ratios: { what: string; ratio: number; us: number; plainUs: number }[] = []
  for (const { hostile, plain, what } of takeWorst(second, worstCount)) {
    const costs: [number[], number[]] = [[], []]
    // Alternately, so that whatever else happens on the machine happens to both.
    for (let replay = 0; replay < Math.min(replays, count); replay++) {
      costs[0].push(await caller.cost(hostile))
      costs[1].push(await caller.cost(plain))
    }
    const [us, plainUs] = [median(costs[0]), median(costs[1])]
    ratios.push({ what, ratio: us / plainUs, us, plainUs })
  }
  const [worst] = ratios.toSorted((a, b) => b.ratio - a.ratio)
  if (!worst) throw new Error(`${endpoint.name} was asked nothing`)
  if (worst.ratio > promisedRatio * 0.75) console.log(`${endpoint.name}: ${worst.what}`)
  return {
    what: endpoint.name,
    seen: `${worst.ratio.toFixed(2)} (${worst.us.toFixed(0)} / ${worst.plainUs.toFixed(0)} µs)`,
    promised: `≤ ${promisedRatio} × plain`,
    kept: worst.ratio <= promisedRatio,
  }
}

/**
 * A hostile text may pass a check that its plain twin fails, and gets further for that reason
 * alone: it is compared with the plain body nearest in length that gets the same answer.
 */
async function matchAnswers(pairs: readonly Pair[], caller: Caller): Promise<Pair[]> {
  const plains = new Map<number, Request[]>()
  const statuses = new Map<Pair, number>()
  for (const pair of pairs) {
    const status = await caller.status(pair.plain)
    statuses.set(pair, status)
    plains.set(status, [...(plains.get(status) ?? []), pair.plain])
  }
  const matched: Pair[] = []
  for (const pair of pairs) {
    const status = await caller.status(pair.hostile)
    const alike = status === statuses.get(pair) ? undefined : plains.get(status)
    matched.push(alike ? { ...pair, plain: nearestInLength(alike, pair.hostile) } : pair)
  }
  return matched
}

const lengthOf = ({ url, payload = '' }: Request) => Buffer.byteLength(payload) + url.length

function nearestInLength(requests: readonly Request[], like: Request): Request {
  const length = lengthOf(like)
  const distance = (request: Request) => Math.abs(lengthOf(request) - length)
  return requests.reduce((best, each) => (distance(each) < distance(best) ? each : best))
}

interface Timed {
  pair: Pair
  us: number
}

async function timeEach(
  pairs: readonly Pair[],
  time: (pair: Pair) => Promise<number>,
): Promise<Timed[]> {
  const timed: Timed[] = []
  for (const pair of pairs) timed.push({ pair, us: await time(pair) })
  return timed
}

const takeWorst = (timed: readonly Timed[], count: number): Pair[] =>
  timed
    .toSorted((a, b) => b.us - a.us)
    .slice(0, count)
    .map(({ pair }) => pair)

async function warmUp(endpoints: readonly BodyEndpoint[], caller: Caller): Promise<void> {
  await caller.signIn()
  // The address fails, and is blocked.
  await caller.cost(formRequest('username=nobody&password=wrong'))
  for (const endpoint of endpoints) {
    for (const { plain } of makePairs(endpoint, 100, seed + 1)) await caller.cost(plain)
  }
}

interface Answer {
  status: number
  text: string
}

interface Caller {
  /** As an admin, who may call every endpoint, from an address of its own. */
  signIn(): Promise<void>
  /** In microseconds of the server's main thread. */
  cost(request: Request): Promise<number>
  /** Of the answer. */
  status(request: Request): Promise<number>
  close(): void
}

function createCaller(server: ServerProcess): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const pid = server.process.pid ?? 0
  let authorization = ''
  let addresses = 0

  function send({ method, url, headers, payload }: Request, from = '192.0.2.1'): Promise<Answer> {
    const { port } = new URL(server.url)
    return new Promise((resolve, reject) => {
      const outgoing = request({
        ...{ agent, host: '127.0.0.1', port, method, path: url },
        headers: {
          ...headers,
          'sec-fetch-site': 'same-origin',
          'x-forwarded-for': from,
          // A public procedure ends no session of the caller's.
          ...(!url.startsWith('/trpc/auth.') && authorization !== '' && { authorization }),
          ...(payload !== undefined && { 'content-length': Buffer.byteLength(payload) }),
        },
      })
      outgoing.on('error', reject)
      outgoing.on('response', (answer) => {
        let text = ''
        answer.on('data', (chunk) => {
          text += String(chunk)
        })
        answer.on('end', () => {
          const status = answer.statusCode ?? 0
          if (status >= 500) reject(new Error(`${method} ${url.slice(0, 100)}: ${status} ${text}`))
          else resolve({ status, text })
        })
      })
      outgoing.end(payload)
    })
  }

  return {
    async signIn() {
      addresses += 1
      const admin = demoAccounts.find(({ username }) => username === 'admin')
      authorization = ''
      const { text } = await send(
        formRequest(`username=admin&password=${admin?.password}`),
        `198.51.${addresses >> 8}.${addresses & 255}`,
      )
      authorization = `Bearer ${JSON.parse(text).access_token}`
    },

    async cost(request) {
      const before = readMainThreadTimeUs(pid)
      await send(request)
      return readMainThreadTimeUs(pid) - before
    },

    status: async (request) => (await send(request)).status,
    close: () => agent.destroy(),
  }
}

function formRequest(payload: string): Request {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return { method: 'POST', url: '/token', headers, payload }
}
