// What operators do to very many rows, beside servers that people use: it finishes, and the servers go on.

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { hashSync } from 'bcryptjs'
import { quantile } from '../bench/numbers.ts'
import { readPeakMemoryMib } from '../bench/process-cpu.ts'
import { runKeycard, startServer } from '../support/keycard-process.ts'
import { readArguments } from './arguments.ts'
import { askJson, postForm, type TokenAnswer } from './ask.ts'
import { killServer, startNodes } from './nodes.ts'
import {
  type CrowdSizes,
  crowdClient,
  deletedName,
  disabledName,
  endedName,
  fillCrowd,
  openPostgresSql,
  openSqliteSql,
  type Sql,
} from './operators-crowd.ts'
import { type SteadyLoad, startSteadyLoad } from './steady-load.ts'
import { type Finding, judge } from './table.ts'

type Engine = 'sqlite' | 'postgres'

/** p99 of the servers while an act runs, against the same load without it. */
const promisedRatio = 3
/** Of `import-users`, at a million lines too. */
const promisedMib = 150
/** In milliseconds: how long the load runs alone before each act. */
const aloneForMs = 15_000

/**
 * `args`: how many users, 100,000 by default, each with two sessions; a fifth as many rows of one.
 */
export async function tortureOperators(args: readonly string[]): Promise<boolean> {
  const { count, control } = readArguments(args, 100_000)
  const engines = (['sqlite', 'postgres'] as const).filter(
    (engine, _, all) => args.includes(engine) || !all.some((other) => args.includes(other)),
  )
  const outcomes: boolean[] = []
  for (const engine of engines) {
    const place = await openCrowdedPlace(engine, { users: count, rowsOfOne: Math.ceil(count / 5) })
    try {
      const findings = control ? await runControl(place) : await runActs(place)
      const title = `${count.toLocaleString('en')} users on ${engine}`
      outcomes.push(judge(title, findings, control))
    } finally {
      await place.stop()
    }
  }
  return outcomes.every(Boolean)
}

export interface CrowdedPlace {
  engine: Engine
  sizes: CrowdSizes
  urls: readonly string[]
  sql: Sql
  /** For the command line. */
  env: Record<string, string>
  stop(): Promise<void>
}

/** Two nodes on PostgreSQL, or one server on SQLite. */
export async function openCrowdedPlace(engine: Engine, sizes: CrowdSizes): Promise<CrowdedPlace> {
  return engine === 'postgres' ? openOnPostgres(sizes) : openOnSqlite(sizes)
}

/** The load signs in again and again from one address. */
const settings = { SIGN_IN_FAILURES_PER_ADDRESS: '1000000' }

async function openOnPostgres(sizes: CrowdSizes): Promise<CrowdedPlace> {
  const nodes = await startNodes(2, { env: settings })
  const sql = await openPostgresSql(nodes.postgres.url)
  const { urls, env } = nodes
  await addClient(env)
  await fillCrowd(sql, 'postgres', sizes)
  const stop = async () => {
    await sql.close()
    await nodes.stop()
  }
  return { engine: 'postgres', sizes, urls, sql, env, stop }
}

async function openOnSqlite(sizes: CrowdSizes): Promise<CrowdedPlace> {
  const dataDir = mkdtempSync(join(tmpdir(), 'keycard-operators-'))
  const env = {
    DATA_DIR: dataDir,
    MASTER_KEY: randomBytes(32).toString('base64'),
    PUBLIC_URL: 'http://localhost:3000',
    LOG_LEVEL: 'silent',
    ...settings,
  }
  // Once for the tables and the demo accounts; nothing has it open while it is filled.
  await killServer(await startServer(env))
  await addClient(env)
  const sql = openSqliteSql(dataDir)
  await fillCrowd(sql, 'sqlite', sizes)
  const server = await startServer(env)
  const stop = async () => {
    await killServer(server)
    rmSync(dataDir, { recursive: true })
  }
  return { engine: 'sqlite', sizes, urls: [server.url], sql, env, stop }
}

async function addClient(env: Record<string, string>): Promise<void> {
  const rights = ['--grants', 'password,refresh_token', '--scopes', 'me', '--first-party']
  const words = ['clients', 'add', crowdClient, '--name', 'Crowd', ...rights]
  const { code, stderr } = await runKeycard('cli', words, { env })
  if (code !== 0) throw new Error(stderr)
}

export interface Act {
  name: string
  /** `tell`: what else was seen. */
  run(place: CrowdedPlace, tell: (finding: Finding) => void): Promise<void>
  /** How many rows are unchanged; none, when it is done. */
  left(sizes: CrowdSizes): string
}

/** Of the crowd: those of the load have every scope. */
const openSessions = "select count(*) from sessions where revoked_at_ms is null and scope = 'me'"
const idOf = (name: string) => `(select id from users where username_key = '${name}')`

export const acts: readonly Act[] = [
  {
    name: 'clients remove',
    run: (place) => command(place, ['clients', 'remove', crowdClient]),
    left: () => `${openSessions} and client_id = '${crowdClient}'`,
  },
  {
    name: 'disable',
    run: (place) => command(place, ['disable', disabledName]),
    left: () => `${openSessions} and user_id = ${idOf(disabledName)}`,
  },
  {
    name: 'end-sessions <name>',
    run: (place) => command(place, ['end-sessions', endedName]),
    left: () => `${openSessions} and user_id = ${idOf(endedName)}`,
  },
  {
    name: 'import-users',
    run: importMembers,
    left: ({ rowsOfOne }) =>
      `select ${rowsOfOne} - count(*) from users where username_key like 'member%'`,
  },
  {
    name: 'an account deleted, by its owner',
    run: deleteOwnAccount,
    left: () => `select count(*) from items where title = 'Lamp'`,
  },
  {
    name: 'end-sessions --all',
    run: (place) => command(place, ['end-sessions', '--all']),
    left: () =>
      `${openSessions} and user_id in (select id from users where username_key like 'user%')`,
  },
]

async function command(
  { env }: CrowdedPlace,
  words: readonly string[],
  onStart?: (pid: number) => void,
): Promise<void> {
  const { code, stderr } = await runKeycard('cli', words, { env, ...(onStart && { onStart }) })
  if (code !== 0) throw new Error(`${words.join(' ')}: ${stderr}`)
}

async function importMembers(place: CrowdedPlace, tell: (finding: Finding) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'keycard-members-'))
  let peakMib = 0
  let watch: NodeJS.Timeout | undefined
  try {
    const file = join(folder, 'members.jsonl')
    writeMembers(file, place.sizes.rowsOfOne)
    await command(place, ['import-users', file], (pid) => {
      watch = setInterval(() => {
        peakMib = Math.max(peakMib, readPeakMemoryMib(pid))
      }, 100)
    })
  } finally {
    clearInterval(watch)
    rmSync(folder, { recursive: true })
  }
  tell({
    what: 'memory of the import',
    seen: `${peakMib.toFixed(0)} MiB`,
    promised: `≤ ${promisedMib} MiB`,
    kept: peakMib <= promisedMib,
  })
}

function writeMembers(file: string, count: number): void {
  const password_hash = hashSync('secret', 4)
  const descriptor = openSync(file, 'w')
  for (let start = 0; start < count; start += 10_000) {
    const lines = Array.from({ length: Math.min(10_000, count - start) }, (_, index) => {
      const username = `member${start + index}`
      return JSON.stringify({
        username,
        email: `${username}@example.com`,
        full_name: 'Some Member',
        password_hash,
      })
    })
    writeSync(descriptor, `${lines.join('\n')}\n`)
  }
  closeSync(descriptor)
}

async function deleteOwnAccount({ urls: [url = ''] }: CrowdedPlace): Promise<void> {
  const signedIn = await postForm(`${url}/token`, { username: deletedName, password: 'secret' })
  const { access_token } = JSON.parse(signedIn.body) as TokenAnswer
  const answer = await askJson(`${url}/api/users/me`, {
    method: 'DELETE',
    accessToken: access_token,
    content: {},
  })
  if (answer.status >= 300) throw new Error(`not deleted: ${answer.status} ${answer.body}`)
}

async function runActs(place: CrowdedPlace): Promise<Finding[]> {
  const findings: Finding[] = []
  const load = await startSteadyLoad(place.urls, (line) => `user${line + 1}`)
  try {
    for (const act of acts) findings.push(...(await measure(place, load, act)))
  } finally {
    await load.stop()
  }
  findings.push({
    what: 'answers to the others that are not their own',
    seen: load.wrong.join(' ') || 'none',
    promised: 'none',
    kept: load.wrong.length === 0,
  })
  return findings
}

async function measure(place: CrowdedPlace, load: SteadyLoad, act: Act): Promise<Finding[]> {
  const rows = await place.sql.count(act.left(place.sizes))
  load.restart()
  await sleep(aloneForMs)
  const aloneMs = quantile(load.tookMs, 0.99)
  load.restart()
  const startedMs = performance.now()
  const told: Finding[] = []
  const failure = await act
    .run(place, (finding) => told.push(finding))
    .then(
      () => undefined,
      (error: unknown) => String(error),
    )
  const seconds = (performance.now() - startedMs) / 1_000
  const besideMs = quantile(load.tookMs, 0.99)
  const left = await place.sql.count(act.left(place.sizes))
  const finished = `${rows.toLocaleString('en')} rows in ${seconds.toFixed(1)} s`
  return [
    {
      what: act.name,
      seen: failure ?? (left === 0 ? finished : `${finished}, ${left} left`),
      promised: 'all of them',
      kept: failure === undefined && left === 0,
    },
    {
      what: 'p99 of the servers, without and with it',
      seen: `${aloneMs.toFixed(1)} and ${besideMs.toFixed(1)} ms: ${(besideMs / aloneMs).toFixed(1)} ×`,
      promised: `≤ ${promisedRatio} ×`,
      kept: besideMs <= promisedRatio * aloneMs,
    },
    ...told,
  ]
}

/**
 * `clients remove` as in earlier versions: one statement. PostgreSQL ends it at its limit; on
 * SQLite it finishes, and every writer waits for it.
 */
async function runControl(place: CrowdedPlace): Promise<Finding[]> {
  const statement = `update sessions set revoked_at_ms = 1, revoked_reason = 'client_removed'
    where client_id = '${crowdClient}' and revoked_at_ms is null`
  const [act] = acts
  if (!act) throw new Error('there is an act')
  const asItWas: Act =
    place.engine === 'postgres'
      ? {
          ...act,
          async run({ sql }) {
            await sql.run('set statement_timeout = 1500')
            await sql.run(statement)
          },
        }
      : { ...act, run: ({ env }) => runInProcess(env.DATA_DIR ?? '', statement) }
  const load = await startSteadyLoad(place.urls, (line) => `user${line + 1}`)
  try {
    const [finishes, ratio] = await measure(place, load, asItWas)
    const judged = place.engine === 'postgres' ? finishes : ratio
    return judged ? [judged] : []
  } finally {
    await load.stop()
  }
}

/** Here it would hold up the load itself. */
async function runInProcess(dataDir: string, statement: string): Promise<void> {
  const script = `import Libsql from 'libsql'
    const [file, statement] = process.argv.slice(1)
    new Libsql(file, { timeout: 10_000 }).exec(statement)`
  const args = ['--input-type=module', '-e', script, join(dataDir, 'keycard.db'), statement]
  await promisify(execFile)(process.execPath, args)
}
