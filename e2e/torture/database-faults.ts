// The database hung, its connections killed, gone, its disk full: what goes on, and what answers "later".

import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { readArguments } from './arguments.ts'
import {
  findingsOfAll,
  isLater,
  isWell,
  latestMs,
  pick,
  type Seen,
  sentBetween,
  share,
  undergo,
} from './faults.ts'
import { tortureFullDisk } from './full-disk.ts'
import { type Nodes, startNodes } from './nodes.ts'
import { type Finding, judge } from './table.ts'

/** In milliseconds: how long memory is trusted, and how old a poll is at most. */
const [believedMs, pollMs] = [5_000, 250]

/** `args`: how many seconds the database hangs, 60 by default; it is gone for a third of that. */
export async function tortureDatabaseFaults(args: readonly string[]): Promise<boolean> {
  const { count: seconds, control } = readArguments(args, 60)
  const nodes = await startNodes(1, { env: { SIGN_IN_FAILURES_PER_ADDRESS: '1000000' } })
  const outcomes: boolean[] = []
  try {
    if (control) return (await runControl(nodes)) && (await tortureFullDisk(5, true))
    const [wire] = nodes.wires
    const silences = {
      hung: [seconds, () => wire?.hold(), () => wire?.release()],
      gone: [Math.max(10, Math.ceil(seconds / 3)), () => wire?.cut(), () => wire?.mend()],
    } as const
    for (const [what, [lengthSeconds, begin, end]] of Object.entries(silences)) {
      const seen = await undergo(firstOf(nodes), async () => {
        begin()
        await sleep(lengthSeconds * 1_000)
        end()
      })
      outcomes.push(judge(`PostgreSQL ${what} for ${lengthSeconds} s`, findingsOfSilence(seen)))
    }
    const killed = await undergo(firstOf(nodes), () => killConnections(nodes, 20))
    outcomes.push(judge('all connections killed, 20 times in 20 s', findingsOfKills(killed)))
  } finally {
    await nodes.stop()
  }
  outcomes.push(await tortureFullDisk(Math.ceil(seconds / 3), false))
  return outcomes.every(Boolean)
}

/**
 * Where no fault begins nothing answers 503, and one that goes on is no recovery: the checks see
 * both.
 */
async function runControl(nodes: Nodes): Promise<boolean> {
  const [wire] = nodes.wires
  const without = await undergo(firstOf(nodes), () => sleep(10_000))
  const [refused, , closed] = findingsOfSilence(without)
  const endless = await undergo(firstOf(nodes), async () => wire?.hold())
  wire?.release()
  const recovery = findingsOfSilence(endless).find(({ what }) => what.startsWith('served again'))
  return judge(
    'a fault that does not begin, and one that does not end',
    [refused, closed, recovery].filter((finding) => finding !== undefined),
    true,
  )
}

function firstOf({ urls: [url = ''], env }: Nodes) {
  return { url, env }
}

async function killConnections({ postgres }: Nodes, times: number): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  for (let time = 0; time < times; time++) {
    await client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()',
    )
    await sleep(500 + (randomBytes(2).readUInt16BE() % 1_000))
  }
  await client.end()
}

function findingsOfSilence(seen: Seen): Finding[] {
  const { questions, fault } = seen
  const needing = pick(seen, questions.writing, questions.reading)
  const asked = needing.filter(sentBetween(fault.beganAtMs, fault.endedAtMs - latestMs.answer))
  const early = pick(seen, questions.protected).filter(
    sentBetween(fault.beganAtMs, fault.beganAtMs + believedMs - pollMs - 100),
  )
  const late = pick(seen, questions.protected).filter(
    sentBetween(fault.beganAtMs + believedMs, fault.endedAtMs - latestMs.answer),
  )
  return [
    {
      what: 'calls that need the database: 503 with Retry-After',
      seen: share(asked, isLater),
      promised: 'all',
      kept: asked.every(isLater),
    },
    {
      what: `protected calls that touch no table, up to ${believedMs - pollMs} ms: 200`,
      seen: share(early, isWell),
      promised: 'all',
      kept: early.every(isWell),
    },
    {
      what: `and from ${believedMs} ms on: 503 with Retry-After`,
      seen: share(late, isLater),
      promised: 'all',
      kept: late.length > 0 && late.every(isLater),
    },
    ...findingsOfAll(seen),
  ]
}

function findingsOfKills(seen: Seen): Finding[] {
  const { questions } = seen
  const needing = pick(seen, questions.writing, questions.reading)
  const fine = pick(seen, questions.protected)
  return [
    {
      what: 'calls that need the database: served, or 503 with Retry-After',
      seen: `${share(needing, isWell)} served`,
      promised: 'all',
      kept: needing.every((probe) => isWell(probe) || isLater(probe)),
    },
    {
      what: 'protected calls that touch no table: 200',
      seen: share(fine, isWell),
      promised: 'all',
      kept: fine.every(isWell),
    },
    ...findingsOfAll(seen),
  ]
}
