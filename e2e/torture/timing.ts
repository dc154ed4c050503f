// The time a refusal takes does not reveal whether an account exists: thousands of interleaved attempts.

import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { createPasswords } from '../../server/auth/passwords/passwords.ts'
import type { StoredPassword } from '../../server/auth/passwords/stored-password.ts'
import { createMasterKeys, loadMasterKeyFile } from '../../server/auth/secrets/master-key.ts'
import { accountKeyOf, nameKeyOf } from '../../server/auth/throttle/login-throttle.ts'
import { createUsers } from '../../server/auth/users/users.ts'
import { pagePaths } from '../../server/contract/pages.ts'
import { dayMs, systemClock } from '../../server/db/clock.ts'
import { openDatabase } from '../../server/db/open.ts'
import { startServer } from '../support/keycard-process.ts'
import { printTable, type Row } from './table.ts'

const bounds = [0.47, 0.53] as const
/** How often an account may fail before it has to wait, less one. */
const attemptsEach = 4
const cost = 10
const rightPassword = 'the pass phrase of everybody'

/** `args`: how many attempts of each kind, 2,000 by default; and words that pick kinds. */
export async function tortureTiming(args: readonly string[]): Promise<boolean> {
  const [first = '2000', ...words] = args
  const count = Number(first)
  const isChosen = ([what]: [string, unknown]) => words.every((word) => what.includes(word))
  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-timing-'))
  await plant(dataDir, count)
  const server = await startServer({
    DATA_DIR: dataDir,
    LOG_LEVEL: 'error',
    BCRYPT_COST: String(cost),
    SIGN_IN_FAILURES_PER_ADDRESS: '1000000',
    // Ten requests for a new password an hour are all that one address has.
    TRUSTED_PROXIES: '127.0.0.1',
    DEMO_ACCOUNTS: 'on',
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const call = (attempt: Attempt) => time(server.url, agent, attempt)
  try {
    for (let index = 0; index < 200; index++)
      await call(attemptAt('/token', `warm-up${index % 50}`))
    const rows: Row[] = []
    const wrong: string[] = []
    for (const [what, pair] of Object.entries(pairs).filter(isChosen)) {
      const auc = await compare(call, count, pair)
      if (auc < bounds[0] || auc > bounds[1]) wrong.push(what)
      rows.push([what, auc.toFixed(3), `${bounds[0]} to ${bounds[1]}`])
    }
    for (const [what, pair] of Object.entries(imported).filter(isChosen)) {
      rows.push([what, (await compare(call, Math.min(count, 500), pair)).toFixed(3), ''])
    }
    let told = 0
    for (const [what, pair] of Object.entries(controls)) {
      const auc = await compare(call, Math.min(count, 200), pair)
      if (Math.abs(auc - 0.5) > 0.2) told += 1
      rows.push([`control: ${what}`, auc.toFixed(3), 'far from 0.5'])
    }
    printTable(
      `AUC over ${count.toLocaleString('en')} interleaved attempts of each kind, at names without an account and others`,
      rows,
    )
    return wrong.length === 0 && told === Object.keys(controls).length
  } finally {
    agent.destroy()
    server.process.kill('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  }
}

interface Attempt {
  path: string
  type: string
  body: string
  /** The expected status: any other means that something else was tested. */
  status: number
  /** This machine's by default. */
  address?: string
}

/** Both for the same turn: both sides of a comparison have been tried equally often. */
type Pair = (turn: number) => readonly [somebody: Attempt, nobody: Attempt]

const pairs: Record<string, Pair> = {
  '/token, wrong password': evaluated('/token', 'keyed'),
  'auth.login, wrong password': evaluated('/trpc/auth.login', 'typed'),
  '/token, disabled, right password': evaluated('/token', 'disabled', rightPassword),
  '/token, throttled': throttled('/token'),
  'auth.login, throttled': throttled('/trpc/auth.login'),
  'a forgotten password': (turn) => [forgotten('yes', turn), forgotten('non', turn)],
}

/**
 * A hash of another cost, as other software made it, need not be hidden before its owner has signed
 * in: the compensation for a lower one takes a hundredth more.
 */
const imported: Record<string, Pair> = {
  '/token, imported with a hash of cost 4': evaluated('/token', 'cheap'),
}

/** Each differs from the other by something that is known to take longer. */
const controls: Record<string, Pair> = {
  'one step of cost more': evaluated('/token', 'dear'),
  'throttled, and refused before any look-up of a user': (turn) => {
    const [somebody] = throttled('/token')(turn)
    return [somebody, { ...attemptAt('/token', 'x', 'x&scope=no-such'), status: 400 }]
  },
}

const planted = ['mailed', 'keyed', 'typed', 'disabled', 'cheap', 'dear', 'throttled']

/** Each from an address of its own, and for a name of its own. */
function forgotten(kind: 'yes' | 'non', turn: number): Attempt {
  return {
    path: pagePaths.forgotPassword,
    type: 'application/x-www-form-urlencoded',
    body: `username=mailed-${kind}${turn}`,
    status: 303,
    address: `10.${kind === 'yes' ? 1 : 2}.${turn >> 8}.${turn & 255}`,
  }
}

function evaluated(path: string, kind: string, password = 'wrong'): Pair {
  return (turn) => {
    const index = Math.floor(turn / attemptsEach)
    return [
      attemptAt(path, `${kind}-yes${index}`, password),
      attemptAt(path, `${kind}-non${index}`, password),
    ]
  }
}

function throttled(path: string): Pair {
  return (turn) => [
    { ...attemptAt(path, `throttled-yes${turn % 40}`), status: 429 },
    { ...attemptAt(path, `throttled-non${turn % 40}`), status: 429 },
  ]
}

function attemptAt(path: string, username: string, password = 'wrong'): Attempt {
  const isForm = path === '/token'
  return {
    path,
    type: isForm ? 'application/x-www-form-urlencoded' : 'application/json',
    body: isForm
      ? `username=${username}&password=${password}`
      : JSON.stringify({ username, password }),
    status: 401,
  }
}

/** Directly into the database: thousands of accounts, with one hash for all of a kind. */
async function plant(dataDir: string, count: number): Promise<void> {
  const masterKeys = createMasterKeys(loadMasterKeyFile(dataDir))
  const database = await openDatabase({ dataDir })
  const passwords = createPasswords({ peppers: masterKeys.derive('password-pepper'), cost })
  try {
    const keyed = await passwords.hash(rightPassword)
    const plain = (plainCost: number): StoredPassword => ({
      hash: hashSync(rightPassword, plainCost),
      keyId: null,
    })
    const hashes: Record<string, StoredPassword> = { cheap: plain(4), dear: plain(cost + 1) }
    const users = createUsers({ database, clock: systemClock })
    for (const kind of planted) {
      const each = kind === 'mailed' ? count : Math.ceil(count / attemptsEach)
      const all = Array.from({ length: Math.max(each, 50) }, (_unused, index) => ({
        username: `${kind}-yes${index}`,
        email: kind === 'mailed' ? `${kind}-yes${index}@example.com` : null,
        fullName: null,
        role: 'user' as const,
        password: hashes[kind] ?? keyed,
        disabled: kind === 'disabled',
        isDemo: false,
      }))
      await users.createAll(all)
    }
    await shut(database, masterKeys)
  } finally {
    await passwords.close()
    await database.close()
  }
}

/** As after a hundred failures in a row, at names of both kinds. */
async function shut(
  { kysely }: Awaited<ReturnType<typeof openDatabase>>,
  masterKeys: ReturnType<typeof createMasterKeys>,
): Promise<void> {
  const [{ key }] = masterKeys.derive('throttle')
  const somebodies = await kysely
    .selectFrom('users')
    .select('id')
    .where('username_key', 'like', 'throttled-%')
    .execute()
  const nobodies = Array.from({ length: 40 }, (_unused, index) => `throttled-non${index}`)
  const keys = [
    ...somebodies.map(({ id }) => accountKeyOf(id)),
    ...nobodies.map((name) => nameKeyOf(name, key)),
  ]
  for (const counter of keys) {
    await kysely
      .insertInto('throttle_counters')
      .values({
        key: counter,
        failures: 100,
        closed_until_ms: Date.now() + 800_000,
        expires_at_ms: Date.now() + dayMs,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

/** Chance decides the order of the two, so that neither is always second. */
async function compare(
  call: (attempt: Attempt) => Promise<number>,
  count: number,
  pair: Pair,
): Promise<number> {
  const times: [somebody: number[], nobody: number[]] = [[], []]
  for (let turn = 0; turn < count; turn++) {
    const both = pair(turn)
    const order = Math.random() < 0.5 ? ([0, 1] as const) : ([1, 0] as const)
    for (const which of order) times[which].push(await call(both[which]))
  }
  return areaUnderCurve(...times)
}

/** Mann and Whitney's: how often one of the first takes longer than one of the second. */
function areaUnderCurve(first: readonly number[], second: readonly number[]): number {
  const sorted = [...second].sort((a, b) => a - b)
  let sum = 0
  for (const value of first) {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sorted[middle] ?? 0) < value) low = middle + 1
      else high = middle
    }
    const ties = sorted[low] === value ? 0.5 : 0
    sum += low + ties
  }
  return sum / (first.length * second.length)
}

/** In milliseconds, until the whole answer is here. */
function time(url: string, agent: Agent, attempt: Attempt): Promise<number> {
  const { path, type, body, status, address } = attempt
  const target = new URL(path, url)
  target.hostname = '127.0.0.1'
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      ...(address !== undefined && { 'x-forwarded-for': address, 'sec-fetch-site': 'same-origin' }),
    }
    const startedAtMs = performance.now()
    const asked = request(target, { method: 'POST', agent, headers }, (answer) => {
      answer.resume()
      answer.once('end', () => {
        const ms = performance.now() - startedAtMs
        if (answer.statusCode === status) resolve(ms)
        else reject(new Error(`${path} ${body} is ${answer.statusCode}, not ${status}`))
      })
    })
    asked.once('error', reject)
    asked.end(body)
  })
}
