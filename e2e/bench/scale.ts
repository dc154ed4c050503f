// What a million users and sessions change for a sign-in, a refresh and a protected call.

import type { Bench } from './bench.ts'
import { type Connection, formatRequest, openConnection, requireOk } from './connection.ts'
import { crowdName, forgetLastSeen, sampleRefreshTokens } from './crowd.ts'
import { type Keycard, startOnSqlite } from './keycard.ts'
import { format, median } from './numbers.ts'
import { readMainThreadTimeUs } from './process-cpu.ts'
import { refresh, signIn } from './tokens.ts'

const deeds = ['sign-in', 'refresh', 'protected call'] as const
type Deed = (typeof deeds)[number]

export const benchScale: Bench = {
  name: 'scale',
  title: 'A million users',
  async run({ quick, say }) {
    const rounds = quick ? 3 : 9
    const signIns = quick ? 12 : 60
    const others = quick ? 300 : 1_500
    const many = quick ? 100_000 : 1_000_000
    const [small, large] = [await startCrowded(1_000, say), await startCrowded(many, say)]
    try {
      for (let round = 0; round <= rounds; round++) {
        for (const one of [small, large]) {
          say(`round ${round} of ${rounds}: ${format(one.users)} users`)
          const costs = await measureDeeds(one, { signIns, others })
          // The first round warms everything up.
          if (round === 0) continue
          for (const deed of deeds) one.costs[deed].push(costs[deed])
        }
      }
    } finally {
      for (const { keycard } of [small, large]) await keycard.stop()
    }
    const costOf = ({ costs }: Crowded, deed: Deed) => median(costs[deed])
    const ratioOf = (deed: Deed) => costOf(large, deed) / costOf(small, deed)
    return {
      tables: [
        {
          head: [
            'µs of the main thread',
            ...[small, large].map(({ users }) => `${format(users)} users`),
            'ratio',
          ],
          rows: deeds.map((deed) => [
            deed,
            format(costOf(small, deed)),
            format(costOf(large, deed)),
            format(ratioOf(deed)),
          ]),
        },
      ],
      goals: deeds.map((deed) => ({
        what: `a ${deed}, against the same among 1,000`,
        seen: `${format(ratioOf(deed))} ×`,
        goal: '≤ 1.2 ×',
        reached: ratioOf(deed) <= 1.2,
      })),
      notes: [
        'On SQLite, with a session and an entry in the audit log for each user; each time another one of them, taken ' +
          'from all over the tables. The main thread does everything but the hash and the commits, its statements ' +
          'included, so the hash (at cost 10 here) hides nothing of a sign-in. The protected call is `users.me`, which reads a row.',
      ],
    }
  },
}

interface Crowded {
  users: number
  keycard: Keycard
  costs: Record<Deed, number[]>
}

async function startCrowded(users: number, say: (progress: string) => void): Promise<Crowded> {
  say(`filling a database with ${format(users)} users`)
  // All of them come from one address, and at once.
  const env = { SIGN_IN_FAILURES_PER_ADDRESS: '1000000' }
  const keycard = await startOnSqlite({ crowd: users, env })
  return { users, keycard, costs: { 'sign-in': [], refresh: [], 'protected call': [] } }
}

/** In microseconds each. */
async function measureDeeds(
  { keycard, users }: Crowded,
  { signIns, others }: { signIns: number; others: number },
): Promise<Record<Deed, number>> {
  const { pid, port, dataDir } = keycard
  const names = Array.from({ length: signIns }, () => crowdName(Math.floor(Math.random() * users)))
  const refreshTokens = sampleRefreshTokens(dataDir, others)
  // Of a thousand users most would have been active a moment ago, of a million none: that is not
  // the same work.
  forgetLastSeen(dataDir)
  const accessTokens: string[] = []
  const connection = await openConnection(port)
  const measure = async (run: () => Promise<unknown>, count: number) => {
    const beforeUs = readMainThreadTimeUs(pid)
    await run()
    return (readMainThreadTimeUs(pid) - beforeUs) / count
  }
  try {
    return {
      'sign-in': await measure(() => Promise.all(names.map((name) => signIn(port, name))), signIns),
      refresh: await measure(async () => {
        for (const refresh_token of refreshTokens) {
          accessTokens.push((await refresh(connection, { refresh_token })).access_token)
        }
      }, refreshTokens.length),
      'protected call': await measure(
        () => callEach(connection, accessTokens),
        refreshTokens.length,
      ),
    }
  } finally {
    connection.close()
  }
}

async function callEach(connection: Connection, accessTokens: readonly string[]): Promise<void> {
  for (const token of accessTokens) {
    const headers = { Authorization: `Bearer ${token}` }
    requireOk(await connection.send(formatRequest({ path: '/trpc/users.me', headers })))
  }
}
