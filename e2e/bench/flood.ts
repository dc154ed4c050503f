// How long a protected call takes while far more people try to sign in than the server can handle.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import {
  type Connection,
  formatForm,
  formatRequest,
  openConnection,
  requireOk,
} from './connection.ts'
import { crowdName, crowdPassword } from './crowd.ts'
import { type Keycard, startOnSqlite } from './keycard.ts'
import { format, median, quantile } from './numbers.ts'
import { signIn } from './tokens.ts'

/**
 * So many sign-ins arrive a second, whatever happens to earlier ones: 25 times what two cores hash.
 */
const arrivals = 200
const callEveryMs = 5

export const benchFlood: Bench = {
  name: 'flood',
  title: 'A protected call during a flood of sign-ins',
  async run({ quick, say }) {
    const rounds = quick ? 2 : 5
    const partMs = quick ? 4_000 : 15_000
    const keycard = await startOnSqlite({
      crowd: 1_000,
      env: { BCRYPT_COST: '12', SIGN_IN_FAILURES_PER_ADDRESS: '1000000' },
    })
    const idle: number[][] = []
    const flooded: number[][] = []
    const outcomes: Outcomes = { admitted: 0, overflow: 0, withoutRetryAfter: 0, other: 0 }
    try {
      const { access_token } = await signIn(keycard.port, crowdName(0))
      for (let round = 0; round <= rounds; round++) {
        say(`round ${round} of ${rounds}: idle`)
        const quiet = await timeCalls(keycard, access_token, partMs)
        say(`round ${round} of ${rounds}: flooded`)
        const flood = startFlood(keycard, outcomes)
        // Until the threads run and the queue is full.
        await sleep(1_500)
        const busy = await timeCalls(keycard, access_token, partMs)
        await flood.stop()
        // The first round warms everything up.
        if (round === 0) continue
        idle.push(quiet)
        flooded.push(busy)
      }
    } finally {
      await keycard.stop()
    }
    const at = (rounds: number[][], share: number) =>
      median(rounds.map((times) => quantile(times, share)))
    const aboveMs = median(
      flooded.map((times, round) => quantile(times, 0.99) - quantile(idle[round] ?? [], 0.99)),
    )
    const row = (name: string, times: number[][]) => [
      name,
      ...[0.5, 0.9, 0.99, 1].map((share) => format(at(times, share))),
    ]
    return {
      tables: [
        {
          head: ['`identity`, in ms', 'p50', 'p90', 'p99', 'most'],
          rows: [row('idle', idle), row('flooded', flooded)],
        },
        {
          head: ['sign-ins during the flood', ''],
          rows: [
            ['let in', format(outcomes.admitted)],
            ['503 with Retry-After: the queue was full', format(outcomes.overflow)],
            ['503 without it', format(outcomes.withoutRetryAfter)],
            ['another answer', format(outcomes.other)],
          ],
        },
      ],
      goals: [
        {
          what: 'p99 above idle',
          seen: `${format(aboveMs)} ms`,
          goal: '≤ 20 ms',
          reached: aboveMs <= 20,
        },
        {
          what: 'overflow is 503 with Retry-After',
          seen: format(outcomes.withoutRetryAfter + outcomes.other),
          goal: '0 others',
          reached: outcomes.overflow > 0 && outcomes.withoutRetryAfter + outcomes.other === 0,
        },
      ],
      notes: [
        `${arrivals} sign-ins arrive a second, each with the right password at cost 12, from addresses and users ` +
          `of their own; a call is sent every ${callEveryMs} ms. Server, callers and flood share the machine’s cores.`,
      ],
    }
  },
}

interface Outcomes {
  admitted: number
  overflow: number
  withoutRetryAfter: number
  other: number
}

/** In milliseconds each. From when a call was due: one that is late delays none after it. */
async function timeCalls({ port }: Keycard, token: string, forMs: number): Promise<number[]> {
  const headers = { Authorization: `Bearer ${token}` }
  const request = formatRequest({ path: '/trpc/identity', headers })
  const free: Connection[] = []
  const times: number[] = []
  const running = new Set<Promise<void>>()
  const startedAtMs = performance.now()
  const call = async () => {
    const dueAtMs = performance.now()
    const connection = free.pop() ?? (await openConnection(port))
    requireOk(await connection.send(request))
    times.push(performance.now() - dueAtMs)
    free.push(connection)
  }
  while (performance.now() - startedAtMs < forMs) {
    track(running, call())
    await sleep(callEveryMs)
  }
  await Promise.all(running)
  for (const connection of free) connection.close()
  return times
}

function startFlood({ port }: Keycard, outcomes: Outcomes): { stop(): Promise<void> } {
  const free: Connection[] = []
  const running = new Set<Promise<void>>()
  let index = 0
  const attempt = async () => {
    const number = index++ % 1_000
    const connection =
      free.pop() ?? (await openConnection(port, { from: `127.2.${number >> 8}.${number & 255}` }))
    const username = crowdName(number)
    const answer = await connection.send(
      formatForm('/token', { username, password: crowdPassword }),
    )
    if (answer.status === 200) outcomes.admitted += 1
    else if (answer.status !== 503) outcomes.other += 1
    else if (/^retry-after: \d+$/im.test(answer.head)) outcomes.overflow += 1
    else outcomes.withoutRetryAfter += 1
    free.push(connection)
  }
  const timer = setInterval(() => track(running, attempt()), 1_000 / arrivals)
  return {
    async stop() {
      clearInterval(timer)
      await Promise.all(running)
      for (const connection of free) connection.close()
    },
  }
}

function track(running: Set<Promise<void>>, work: Promise<void>): void {
  running.add(work)
  const done = () => void running.delete(work)
  work.then(done, done)
}
