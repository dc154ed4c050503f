// Keycard and PostgreSQL are killed again and again while people write: nothing acknowledged is lost.

import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DatabaseOptions, openDatabase } from '../../server/db/open.ts'
import { type ServerProcess, startServer } from '../support/keycard-process.ts'
import { readArguments } from './arguments.ts'
import { ask } from './ask.ts'
import { findBlindSpots, findHalfStates } from './half-states.ts'
import { keepWriting, type Ledger, openLedger } from './ledger.ts'
import { killServer, startNodes } from './nodes.ts'
import { findLosses } from './promises-kept.ts'
import { type Finding, judge } from './table.ts'

const linesOfWriters = 8

/** The outcome of all kills of one kind. */
export interface Outcome {
  ledger: Ledger
  lost: string[]
  halfStates: string[]
  /** Half states that were made on purpose and not found. */
  blindSpots?: string[]
  /** In milliseconds: the longest time until a write succeeded again. */
  longestOutageMs: number
}

/** `args`: how often Keycard is killed, 100 by default; PostgreSQL a fifth of it. */
export async function tortureCrashes(args: readonly string[]): Promise<boolean> {
  const { count, control } = readArguments(args, 100)
  const kills = Math.ceil(count / 5)
  const ofKeycard = await killKeycard(count, control)
  const isKept = report(`Keycard killed ${count} times, on SQLite`, ofKeycard, control)
  const ofPostgres = await killPostgres(kills, control)
  return report(`PostgreSQL killed ${kills} times`, ofPostgres, control) && isKept
}

function report(title: string, outcome: Outcome, control: boolean): boolean {
  const { ledger, lost, halfStates, blindSpots = [], longestOutageMs } = outcome
  const findings: Finding[] = [
    count('acknowledged changes lost', lost),
    count('half states', halfStates),
    count('answers that were neither "done" nor "later"', ledger.wrongAnswers),
    ...(outcome.blindSpots ? [count('half states made on purpose and not found', blindSpots)] : []),
  ]
  console.log(
    `${ledger.acknowledged} changes acknowledged, ${ledger.unknown} cut off; ` +
      `ready again after ${longestOutageMs} ms at most`,
  )
  for (const line of [...lost, ...halfStates, ...blindSpots, ...ledger.wrongAnswers].slice(0, 20)) {
    console.log(line)
  }
  return judge(title, control ? findings.slice(0, 1) : findings, control)
}

function count(what: string, seen: readonly string[]): Finding {
  return { what, seen: String(seen.length), promised: '0', kept: seen.length === 0 }
}

export async function killKeycard(count: number, control = false): Promise<Outcome> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-crashes-'))
  const ledger = openLedger()
  const outcome: Outcome = { ledger, lost: [], halfStates: [], longestOutageMs: 0 }
  let server: ServerProcess | undefined
  const restart = async () => {
    const startedAtMs = performance.now()
    server = await startServer({ ...settings, DATA_DIR: dataDir })
    noteOutage(outcome, startedAtMs)
    return server
  }
  try {
    let running = await restart()
    for (let round = 0; round < count; round++) {
      // Control: a disk that forgets what it was given since.
      if (control) await copyDatabase(dataDir, join(dataDir, 'before'))
      const writing = write(ledger, running.url)
      await Promise.race([writing, waitForSome(ledger)])
      await killServer(running)
      await writing
      if (control) await copyDatabase(join(dataDir, 'before'), dataDir)
      running = await restart()
      await inspect(outcome, { dataDir })
      await settle(outcome, running.url)
    }
    await killServer(running)
    const database = await openDatabase({ dataDir })
    outcome.blindSpots = await findBlindSpots(database).finally(database.close)
    return outcome
  } finally {
    if (server) await killServer(server)
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function killPostgres(count: number, control: boolean): Promise<Outcome> {
  const ledger = openLedger()
  const outcome: Outcome = { ledger, lost: [], halfStates: [], longestOutageMs: 0 }
  const nodes = await startNodes(1, {
    env: settings,
    durable: true,
    // Says "committed" before it is.
    postgresSettings: control ? ['synchronous_commit=off', 'wal_writer_delay=10s'] : [],
  })
  try {
    const [url = ''] = nodes.urls
    for (let round = 0; round < count; round++) {
      const writing = write(ledger, url)
      await Promise.race([writing, waitForSome(ledger)])
      await nodes.postgres.crash()
      const killedAtMs = performance.now()
      await writing
      await waitUntilReady(url)
      noteOutage(outcome, killedAtMs)
      await inspect(outcome, { url: nodes.postgres.url, dataDir: '' })
      await settle(outcome, url)
    }
    return outcome
  } finally {
    await nodes.stop()
  }
}

const settings = {
  PUBLIC_URL: 'http://localhost:3000',
  LOG_LEVEL: 'silent',
  SIGN_IN_FAILURES_PER_ADDRESS: '1000000',
  ACCESS_TOKEN_EXPIRE_MINUTES: '60',
}

async function write(ledger: Ledger, url: string): Promise<void> {
  const lines = Array.from({ length: linesOfWriters }, () => keepWriting(ledger, url))
  const people = await Promise.all(lines)
  ledger.people.push(...people.flat())
}

/** Waits until a random moment of the next hundred changes or so, not always between two of them. */
async function waitForSome(ledger: Ledger): Promise<void> {
  const enough = ledger.acknowledged + 10 + Math.random() * 100
  const deadline = performance.now() + 30_000
  while (ledger.acknowledged < enough && performance.now() < deadline) await sleep(10)
  await sleep(Math.random() * 20)
}

async function copyDatabase(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const name of ['keycard.db', 'keycard.db-wal', 'keycard.db-shm']) {
    await cp(join(from, name), join(to, name))
  }
}

function noteOutage(outcome: Outcome, sinceMs: number): void {
  const outageMs = Math.round(performance.now() - sinceMs)
  outcome.longestOutageMs = Math.max(outcome.longestOutageMs, outageMs)
}

async function inspect(outcome: Outcome, place: DatabaseOptions): Promise<void> {
  const database = await openDatabase(place)
  outcome.halfStates.push(...(await findHalfStates(database).finally(database.close)))
}

/** Compares what clients were told with what is there; remaining people go on. */
async function settle(outcome: Outcome, url: string): Promise<void> {
  for (const person of outcome.ledger.people.splice(0)) {
    const lost = await findLosses(url, person)
    outcome.lost.push(...lost)
    const isThere = !person.isDeleted && !person.mayBeDeleted
    if (isThere && lost.length === 0) outcome.ledger.people.push(person)
  }
}

async function waitUntilReady(url: string): Promise<void> {
  while ((await ask(`${url}/readyz`)).status !== 200) await sleep(20)
}
