// Watches a Keycard through a fault of its database, and checks what every such fault must leave intact.

import { setTimeout as sleep } from 'node:timers/promises'
import { type Probe, type Watch, watch } from './probes.ts'
import { addMachine, prepareQuestions, type Questions } from './questions.ts'
import type { Finding } from './table.ts'

/** In milliseconds: how soon a call that needs the database is answered "later", or served again. */
export const latestMs: Record<'answer' | 'recovery', number> = { answer: 3_000, recovery: 5_000 }

/** When the fault began and ended, in milliseconds of the watch. */
interface Fault {
  beganAtMs: number
  endedAtMs: number
}

export interface Seen {
  questions: Questions
  watched: Watch
  fault: Fault
}

/** Long enough to see whether it recovers in time, after a phase that shows it was healthy. */
export async function undergo(
  { url, env }: { url: string; env: Record<string, string> },
  run: () => Promise<void>,
): Promise<Seen> {
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

export function findingsOfAll(seen: Seen): Finding[] {
  const { questions, watched, fault } = seen
  const all = [...watched.probes.values()].flat()
  const apart = pick(seen, questions.apart)
  // A call shortly before the end may be served after all, and needs no "later".
  const longestMs = Math.max(...all.filter(isLater).map(({ tookMs }) => tookMs))
  const lastTroubleMs = Math.max(
    fault.endedAtMs,
    ...all.filter((probe) => !isWell(probe)).map(({ sentAtMs }) => sentAtMs),
  )
  const recoveryMs = lastTroubleMs - fault.endedAtMs
  const strange = all.filter((probe) => !isWell(probe) && !isLater(probe))
  printAnswers(watched)
  return [
    {
      what: '/healthz, key set, metadata, static files and pages: 200',
      seen: share(apart, isWell),
      promised: 'all',
      kept: apart.every(isWell),
    },
    {
      what: 'the longest until "later" is answered',
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
      what: 'answers that were neither right nor "later"',
      seen: String(strange.length),
      promised: '0',
      kept: strange.length === 0,
    },
  ]
}

/** Which answers came how often, and how late, so that a broken promise can be traced. */
function printAnswers({ probes }: Watch): void {
  for (const [name, list] of probes) {
    const counts = new Map<number, number>()
    for (const { status } of list) counts.set(status, (counts.get(status) ?? 0) + 1)
    const longest = Math.round(Math.max(...list.map(({ tookMs }) => tookMs)))
    const told = [...counts].map(([status, count]) => `${count} × ${status}`).join(', ')
    console.log(`${name.padEnd(34)} ${told}; longest ${longest} ms`)
  }
}

export function pick(
  { watched }: Seen,
  ...groups: readonly Readonly<Record<string, unknown>>[]
): Probe[] {
  const names = groups.flatMap((group) => Object.keys(group))
  return names.flatMap((name) => watched.probes.get(name) ?? [])
}

export const sentBetween = (fromMs: number, toMs: number) => (probe: Probe) =>
  probe.sentAtMs >= fromMs && probe.sentAtMs < toMs

export const isWell = ({ status }: Probe) => status >= 200 && status < 400
/** 429: a sign-in that was cut off counts as failed until it is known to have been right. */
export const isLater = ({ status, hasRetryAfter }: Probe) =>
  (status === 503 || status === 429) && hasRetryAfter

export function share(probes: readonly Probe[], judgeProbe: (probe: Probe) => boolean): string {
  return `${probes.filter(judgeProbe).length} of ${probes.length}`
}
