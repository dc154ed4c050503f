// Hundreds of sign-outs under load: how soon the other process knows, with and without
// notifications; and then under wrong clocks, held commits, masses of them and a failover.

import { setTimeout as sleep } from 'node:timers/promises'
import { readArguments } from './arguments.ts'
import { call, signIn, type TokenAnswer } from './ask.ts'
import { type Nodes, startNodes } from './nodes.ts'
import { controlHardRevocations, tortureHardRevocations } from './revocation-faults.ts'
import { callProtected, findingsOf, promisedMs, signOutAndWait } from './revocation-probes.ts'
import { type Finding, judge } from './table.ts'

/** How many are on their way at once. */
const linesOfSignOuts = 4

/** `args`: how many sign-outs, 500 by default, with notifications and again without. */
export async function tortureRevocations(args: readonly string[]): Promise<boolean> {
  const { count, control } = readArguments(args, 500)
  const nodes = await startNodes(2, { env: { SIGN_IN_FAILURES_PER_ADDRESS: '1000000' } })
  try {
    if (control) return (await runControl(nodes, count)) && (await controlHardRevocations())
    const heard = await signOutMany(nodes, count)
    for (const wire of nodes.wires) wire.refuseListeners()
    const polled = await signOutMany(nodes, count)
    const outcomes = [
      judge(`${count} sign-outs, beside ${heard.calls} calls`, findingsOf(heard.delaysMs)),
      judge(`without notifications, beside ${polled.calls} calls`, findingsOf(polled.delaysMs)),
      judge('the database gone from both processes', await loseDatabase(nodes)),
    ]
    if (!outcomes.every(Boolean)) return false
  } finally {
    await nodes.stop()
  }
  return tortureHardRevocations()
}

/** Without notifications, and the poll of the other process kept from its database for a while. */
async function runControl(nodes: Nodes, count: number): Promise<boolean> {
  for (const wire of nodes.wires) wire.refuseListeners()
  const [, wire] = nodes.wires
  let isOver = false
  const stalling = (async () => {
    while (!isOver) {
      wire?.hold()
      await sleep(2_500)
      wire?.release()
      await sleep(500)
    }
  })()
  const seen = await signOutMany(nodes, count)
  isOver = true
  await stalling
  return judge(`${count} sign-outs, the poll held up`, findingsOf(seen.delaysMs).slice(0, 1), true)
}

interface Seen {
  delaysMs: number[]
  calls: number
}

async function signOutMany({ urls: [one = '', other = ''] }: Nodes, count: number): Promise<Seen> {
  const stopLoad = load(other, (await signIn(one)).access_token)
  const delaysMs: number[] = []
  let left = count
  const lines = Array.from({ length: linesOfSignOuts }, async () => {
    while (left-- > 0) delaysMs.push(await signOutAndWait(one, other))
  })
  await Promise.all(lines)
  return { delaysMs, calls: await stopLoad() }
}

/** Calls one after the other in eight lines; returns how many there were. */
function load(url: string, accessToken: string): () => Promise<number> {
  let running = true
  let calls = 0
  const lines = Array.from({ length: 8 }, async () => {
    while (running) {
      await call(url, accessToken)
      calls += 1
    }
  })
  return async () => {
    running = false
    await Promise.all(lines)
    return calls
  }
}

async function loseDatabase({ urls, wires }: Nodes): Promise<Finding[]> {
  const tokens = await Promise.all(urls.map((url) => signIn(url)))
  for (const wire of wires) wire.cut()
  const goneAtMs = performance.now()
  const closed = await Promise.all(
    urls.map((url, index) => waitUntilClosed(url, tokens[index], goneAtMs)),
  )
  for (const wire of wires) wire.mend()
  const longestMs = Math.max(...closed.map(({ lastBelievedMs }) => lastBelievedMs))
  return [
    {
      what: 'a token was accepted, at the latest',
      seen: `${Math.round(longestMs)} ms after`,
      promised: `≤ ${promisedMs.closed} ms`,
      kept: longestMs <= promisedMs.closed,
    },
    {
      what: 'every process answers 503 with Retry-After from then on',
      seen: closed.map(({ isFaithful }) => (isFaithful ? 'yes' : 'no')).join(', '),
      promised: 'yes',
      kept: closed.every(({ isFaithful }) => isFaithful),
    },
  ]
}

async function waitUntilClosed(url: string, tokens: TokenAnswer | undefined, goneAtMs: number) {
  let lastBelievedMs = 0
  let isFaithful = true
  while (performance.now() - goneAtMs < promisedMs.closed + 3_000) {
    const askedAtMs = performance.now() - goneAtMs
    const { status, headers } = await callProtected(url, tokens?.access_token ?? '')
    if (status === 200) lastBelievedMs = askedAtMs
    else if (status !== 503 || headers['retry-after'] === undefined) isFaithful = false
    await sleep(20)
  }
  return { lastBelievedMs, isFaithful }
}
