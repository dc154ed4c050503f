// Keycard and PostgreSQL killed again and again while people write: nothing they were told is lost.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../../server/db/open.ts'
import { startServer } from '../keycard-process.ts'
import { readArguments } from './arguments.ts'
import { ask } from './ask.ts'
import { findHalfStates } from './half-states.ts'
import { keepWriting, type Ledger, openLedger, type Person } from './ledger.ts'
import { killServer, startNodes } from './nodes.ts'
import { findLosses } from './promises-kept.ts'
import { type Finding, judge } from './table.ts'

const linesOfWriters = 8

/** What came of all the kills of one kind. */
interface Outcome {
  ledger: Ledger
  lost: string[]
  halfStates: string[]
  /** In milliseconds, the longest until somebody could write again. */
  longestOutageMs: number
}

/** `args`: how often Keycard is killed, 100 by default; PostgreSQL a fifth of it. */
export async function tortureCrashes(args: readonly string[]): Promise<boolean> {
  const { count, control } = readArguments(args, 100)
  const ofKeycard = await killKeycard(count, control)
  const isKept = judge(`Keycard killed ${count} times, on SQLite`, describe(ofKeycard), control)
  const kills = Math.ceil(count / 5)
  const ofPostgres = await killPostgres(kills, control)
  return judge(`PostgreSQL killed ${kills} times`, describe(ofPostgres), control) && isKept
}

function describe({ ledger, lost, halfStates, longestOutageMs }: Outcome): Finding[] {
  for (const line of [...lost, ...halfStates, ...ledger.wrongAnswers].slice(0, 20)) {
    console.log(line)
  }
  const count = (what: string, seen: readonly string[]) => ({
    what,
    seen: String(seen.length),
    promised: '0',
    kept: seen.length === 0,
  })
  console.log(
    `${ledger.acknowledged} changes acknowledged, ${ledger.unknown} cut off; written again after ${longestOutageMs} ms at most`,
  )
  return [
    count('acknowledged changes lost', lost),
    count('half states', halfStates),
    count('other answers than "done" and "later"', ledger.wrongAnswers),
  ]
}

async function killKeycard(count: number, control: boolean): Promise<Outcome> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-crashes-'))
  const ledger = openLedger()
  const outcome: Outcome = { ledger, lost: [], halfStates: [], longestOutageMs: 0 }
  const env = { ...settings, DATA_DIR: dataDir }
  try {
    for (let round = 0; round < count; round++) {
      const startedAtMs = performance.now()
      const server = await startServer(env)
      outcome.longestOutageMs = Math.max(
        outcome.longestOutageMs,
        Math.round(performance.now() - startedAtMs),
      )
      const database = await openDatabase({ dataDir })
      const found = await findHalfStates(database).finally(database.close)
      outcome.halfStates.push(...found)
      const people = ledger.people.splice(0)
      await settle(outcome, server.url, people)

      const writing = write(ledger, server.url, () => server.process.killed)
      await sleep(100 + Math.random() * 700)
      await killServer(server)
      await writing
      // What was acknowledged since the last checkpoint is in that file alone.
      if (control) await rm(join(dataDir, 'keycard.db-wal'), { force: true })
    }
    const server = await startServer(env)
    await settle(outcome, server.url, ledger.people.splice(0))
    await killServer(server)
    return outcome
  } finally {
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
      let isKilled = false
      const writing = write(ledger, url, () => isKilled)
      await sleep(200 + Math.random() * 1_500)
      isKilled = true
      await nodes.postgres.crash()
      const killedAtMs = performance.now()
      await writing
      await waitUntilReady(url)
      outcome.longestOutageMs = Math.max(
        outcome.longestOutageMs,
        Math.round(performance.now() - killedAtMs),
      )
      const database = await openDatabase({ url: nodes.postgres.url, dataDir: '' })
      outcome.halfStates.push(...(await findHalfStates(database).finally(database.close)))
      await settle(outcome, url, ledger.people.splice(0))
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

async function write(ledger: Ledger, url: string, isOver: () => boolean): Promise<void> {
  const lines = Array.from({ length: linesOfWriters }, () => keepWriting(ledger, url, isOver))
  const people = await Promise.all(lines)
  ledger.people.push(...people.flat())
}

/** Compares with what is there, and keeps a few who go on. */
async function settle(outcome: Outcome, url: string, people: readonly Person[]): Promise<void> {
  for (const person of people) outcome.lost.push(...(await findLosses(url, person)))
  const known = people.filter(({ isDeleted, mayBeDeleted }) => !isDeleted && !mayBeDeleted)
  outcome.ledger.people.push(...known.slice(0, linesOfWriters - 1))
}

async function waitUntilReady(url: string): Promise<void> {
  while ((await ask(`${url}/readyz`)).status !== 200) await sleep(20)
}
