// The database hung, its connections killed, gone, its disk full: what goes on, and what says "later".

import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { readArguments } from './arguments.ts'
import { tortureFullDisk } from './full-disk.ts'
import { type Nodes, startNodes } from './nodes.ts'
import { type Probe, type Watch, watch } from './probes.ts'
import { addMachine, prepareQuestions, type Questions } from './questions.ts'
import { type Finding, judge } from './table.ts'

/** In milliseconds: how soon a call that needs the database is told "later", or served again. */
const latestMs: Record<'answer' | 'recovery', number> = { answer: 3_000, recovery: 5_000 }
/** In milliseconds: what is in memory is believed so long, and a poll is so old at most. */
const [believedMs, pollMs] = [5_000, 250]

/** When the fault began and ended, in milliseconds of the watch. */
interface Fault {
  beganAtMs: number
  endedAtMs: number
}

/** `args`: how many seconds the database hangs, 60 by default; it is gone for a third of that. */
export async function tortureDatabaseFaults(args: readonly string[]): Promise<boolean> {
  const { count: seconds, control } = readArguments(args, 60)
  const nodes = await startNodes(1, { env: { SIGN_IN_FAILURES_PER_ADDRESS: '1000000' } })
  const outcomes: boolean[] = []
  try {
    if (control) return await runControl(nodes)
    const [wire] = nodes.wires
    const silences = {
      hung: [seconds, () => wire?.hold(), () => wire?.release()],
      gone: [Math.max(10, Math.ceil(seconds / 3)), () => wire?.cut(), () => wire?.mend()],
    } as const
    for (const [what, [lengthSeconds, begin, end]] of Object.entries(silences)) {
      const seen = await undergo(nodes, async () => {
        begin()
        await sleep(lengthSeconds * 1_000)
        end()
      })
      outcomes.push(judge(`PostgreSQL ${what} for ${lengthSeconds} s`, findingsOfSilence(seen)))
    }
    const killed = await undergo(nodes, () => killConnections(nodes, 20))
    outcomes.push(judge('all connections killed, 20 times in 20 s', findingsOfKills(killed)))
  } finally {
    await nodes.stop()
  }
  outcomes.push(await tortureFullDisk(Math.ceil(seconds / 3)))
  return outcomes.every(Boolean)
}

/** A fault that never begins is no 503, and one that goes on is no recovery: the checks see both. */
async function runControl(nodes: Nodes): Promise<boolean> {
  const [wire] = nodes.wires
  const without = await undergo(nodes, () => sleep(10_000))
  const [, goesOn, stops] = findingsOfSilence(without)
  const endless = await undergo(nodes, async () => wire?.hold())
  wire?.release()
  const recovery = findingsOfSilence(endless).find(({ what }) => what.startsWith('served again'))
  return judge(
    'a fault that does not begin, and one that does not end',
    [goesOn, stops, recovery].filter((finding) => finding !== undefined),
    true,
  )
}

interface Seen {
  questions: Questions
  watched: Watch
  fault: Fault
}

/** Long enough to see whether it recovers in time, and a time before it to see that it was well. */
async function undergo({ urls: [url = ''], env }: Nodes, run: () => Promise<void>): Promise<Seen> {
  const questions = await prepareQuestions(url, await addMachine(env))
  const { writing, reading, apart } = questions
  const watched = watch({ ...writing, ...reading, ...questions.protected, ...apart })
  await sleep(1_500)
  const beganAtMs = watched.nowMs()
  await run()
  const endedAtMs = watched.nowMs()
  await sleep(latestMs.recovery + 3_000)
  await watched.stop()
  return { questions, watched, fault: { beganAtMs, endedAtMs } }
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
  const during = sentBetween(fault.beganAtMs, fault.endedAtMs - latestMs.answer)
  const needing = pick(seen, questions.writing, questions.reading)
  const asked = needing.filter(during)
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

function findingsOfAll(seen: Seen): Finding[] {
  const { questions, watched, fault } = seen
  const all = [...watched.probes.values()].flat()
  const apart = pick(seen, questions.apart)
  // Who comes shortly before the end may be served after all, and needs no "later".
  const longestMs = Math.max(...all.filter(isLater).map(({ tookMs }) => tookMs))
  const lastTroubleMs = Math.max(
    fault.endedAtMs,
    ...all.filter((probe) => !isWell(probe)).map(({ sentAtMs }) => sentAtMs),
  )
  const recoveryMs = lastTroubleMs - fault.endedAtMs
  const strange = all.filter((probe) => !isWell(probe) && !isLater(probe))
  reportStrange(watched)
  return [
    {
      what: '/healthz, key set, metadata, static files and pages: 200',
      seen: share(apart, isWell),
      promised: 'all',
      kept: apart.every(isWell),
    },
    {
      what: 'the longest until "later" is said',
      seen: `${Math.round(longestMs)} ms`,
      promised: `≤ ${latestMs.answer} ms`,
      kept: longestMs <= latestMs.answer,
    },
    {
      what: 'served again after the end',
      seen: `${Math.round(recoveryMs)} ms`,
      promised: `≤ ${latestMs.recovery} ms`,
      kept: recoveryMs <= latestMs.recovery,
    },
    {
      what: 'answers that were neither well nor "later"',
      seen: String(strange.length),
      promised: '0',
      kept: strange.length === 0,
    },
  ]
}

/** What was answered how often, and how late, so that a missed promise can be traced. */
function reportStrange({ probes }: Watch): void {
  for (const [name, list] of probes) {
    const counts = new Map<number, number>()
    for (const { status } of list) counts.set(status, (counts.get(status) ?? 0) + 1)
    const longest = Math.round(Math.max(...list.map(({ tookMs }) => tookMs)))
    const told = [...counts].map(([status, count]) => `${count} × ${status}`).join(', ')
    console.log(`${name.padEnd(34)} ${told}; longest ${longest} ms`)
  }
}

function pick({ watched }: Seen, ...groups: readonly Readonly<Record<string, unknown>>[]): Probe[] {
  const names = groups.flatMap((group) => Object.keys(group))
  return names.flatMap((name) => watched.probes.get(name) ?? [])
}

const sentBetween = (fromMs: number, toMs: number) => (probe: Probe) =>
  probe.sentAtMs >= fromMs && probe.sentAtMs < toMs

const isWell = ({ status }: Probe) => status >= 200 && status < 400
/** 429: a sign-in that was cut off counts as one that failed, until it is known to have been right. */
const isLater = ({ status, hasRetryAfter }: Probe) =>
  (status === 503 || status === 429) && hasRetryAfter

function share(probes: readonly Probe[], judgeProbe: (probe: Probe) => boolean): string {
  return `${probes.filter(judgeProbe).length} of ${probes.length}`
}
