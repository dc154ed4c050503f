// Hundreds of sign-outs under load: how soon the other process knows, with and without notifications.

import { setTimeout as sleep } from 'node:timers/promises'
import { readArguments } from './arguments.ts'
import { type Answer, ask, call, postForm, signIn, type TokenAnswer } from './ask.ts'
import { type Nodes, startNodes } from './nodes.ts'
import { type Finding, judge } from './table.ts'

/** In milliseconds: until a sign-out is known, and until a node without its database lets nobody in. */
const promisedMs = { known: 1_000, closed: 5_000 }
/** How many are on their way at once. */
const linesOfSignOuts = 4

/** `args`: how many sign-outs, 500 by default, with notifications and again without. */
export async function tortureRevocations(args: readonly string[]): Promise<boolean> {
  const { count, control } = readArguments(args, 500)
  const nodes = await startNodes(2, { env: { SIGN_IN_FAILURES_PER_ADDRESS: '1000000' } })
  try {
    if (control) return await runControl(nodes, count)
    const heard = await signOutMany(nodes, count)
    for (const wire of nodes.wires) wire.refuseListeners()
    const polled = await signOutMany(nodes, count)
    const outcomes = [
      judge(`${count} sign-outs, beside ${heard.calls} calls`, findingsOf(heard)),
      judge(`without notifications, beside ${polled.calls} calls`, findingsOf(polled)),
      judge('the database gone from both processes', await loseDatabase(nodes)),
    ]
    return outcomes.every(Boolean)
  } finally {
    await nodes.stop()
  }
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
  return judge(`${count} sign-outs, the poll held up`, findingsOf(seen).slice(0, 1), true)
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
  return { delaysMs: delaysMs.sort((a, b) => a - b), calls: await stopLoad() }
}

function findingsOf({ delaysMs }: Seen): Finding[] {
  const at = (share: number) => delaysMs[Math.ceil(share * delaysMs.length) - 1] ?? 0
  const p99Ms = at(0.99)
  return [
    {
      what: 'until the other refuses, p99',
      seen: `${Math.round(p99Ms)} ms`,
      promised: `≤ ${promisedMs.known} ms`,
      kept: p99Ms <= promisedMs.known,
    },
    {
      what: 'p50, longest',
      seen: `${Math.round(at(0.5))} ms, ${Math.round(at(1))} ms`,
      promised: '',
      kept: true,
    },
  ]
}

async function signOutAndWait(one: string, other: string): Promise<number> {
  const { access_token, refresh_token } = await signIn(one)
  if ((await openDoor(other, access_token)).status !== 200) throw new Error('it opens nothing')
  const { status } = await postForm(`${one}/revoke`, { token: refresh_token })
  if (status !== 200) throw new Error(`/revoke says ${status}`)
  // From the moment its answer is here: until then nobody was promised anything.
  const startedMs = performance.now()
  while ((await openDoor(other, access_token)).status !== 401) await sleep(1)
  return performance.now() - startedMs
}

/**
 * Asks for a scope that the token has not: 403 where it is believed, 401 where not, and no table is
 * touched, so that nothing but the belief is measured. Told as 200 and 401.
 */
async function openDoor(url: string, accessToken: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${accessToken}` }
  const answer = await ask(`${url}/api/users`, { headers })
  return answer.status === 403 ? { ...answer, status: 200 } : answer
}

/** Calls one after the other in eight lines; answers how many there were. */
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
      what: 'a token was believed, at the latest',
      seen: `${Math.round(longestMs)} ms after`,
      promised: `≤ ${promisedMs.closed} ms`,
      kept: longestMs <= promisedMs.closed,
    },
    {
      what: 'every process says 503 with Retry-After from then on',
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
    const { status, headers } = await openDoor(url, tokens?.access_token ?? '')
    if (status === 200) lastBelievedMs = askedAtMs
    else if (status !== 503 || headers['retry-after'] === undefined) isFaithful = false
    await sleep(20)
  }
  return { lastBelievedMs, isFaithful }
}
