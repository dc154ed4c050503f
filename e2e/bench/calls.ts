// What a verified call costs its server, beside what other stacks need for the same answer.

import type { Bench, BenchResult, Goal } from './bench.ts'
import { type Contestant, peerNames, startField } from './contestants.ts'
import { sendCalls, whileAwake } from './load.ts'
import { format, median } from './numbers.ts'
import { readCpuTimeUs } from './process-cpu.ts'

/** CPU time and not wall time, each in turn, over and over: the machine's other work cancels out. */
export const benchCalls: Bench = {
  name: 'calls',
  title: 'A verified call',
  async run({ quick, say }) {
    const field = await startField()
    try {
      const rounds = quick ? 3 : 9
      const requests = quick ? 3_000 : 12_000
      const costs = new Map<Contestant, number[]>(field.contestants.map((one) => [one, []]))
      for (let round = 0; round <= rounds; round++) {
        for (const [one, seen] of costs) {
          say(`round ${round} of ${rounds}: ${one.name}`)
          const count = Math.ceil(requests / Math.sqrt(one.calls))
          const cost = await whileAwake(() => measureCall(one, count))
          // The first round warms all of them up.
          if (round > 0) seen.push(cost)
        }
      }
      return tabulate(costs, field.absent)
    } finally {
      await field.stop()
    }
  },
}

/**
 * In microseconds. The first calls of each turn do not count: the others had the processor until
 * then.
 */
async function measureCall({ pid, target }: Contestant, requests: number): Promise<number> {
  await sendCalls(target, Math.ceil(requests / 4))
  const beforeUs = readCpuTimeUs(pid)
  await sendCalls(target, requests)
  return (readCpuTimeUs(pid) - beforeUs) / requests
}

function tabulate(
  costs: ReadonlyMap<Contestant, readonly number[]>,
  absent: readonly string[],
): BenchResult {
  const medians = new Map([...costs].map(([{ name }, seen]) => [name, median(seen)]))
  const costOf = (name: string) => medians.get(name) ?? Number.NaN
  const bareUs = costOf(peerNames.bare)
  const queryUs = costOf('Keycard, tRPC query')
  const ranked = [...costs].sort(([a], [b]) => costOf(a.name) - costOf(b.name))

  const limit = (what: string, ratio: number, most: number, wording = `≤ ${most}`): Goal => ({
    what,
    seen: format(ratio),
    goal: wording,
    reached: Number.isNaN(ratio) ? undefined : ratio <= most,
  })
  const against = (name: string) => queryUs / costOf(name)
  return {
    tables: [
      {
        head: ['', 'µs of CPU a request', 'from – to', 'bare routes'],
        rows: ranked.map(([{ name }, seen]) => [
          name,
          format(costOf(name)),
          `${format(Math.min(...seen))} – ${format(Math.max(...seen))}`,
          format(costOf(name) / bareUs),
        ]),
      },
    ],
    goals: [
      limit('a tRPC query, in bare routes', queryUs / bareUs, 3),
      limit('its REST twin, in bare routes', costOf('Keycard, REST twin') / bareUs, 2.5),
      limit(
        'a batch of 10, in single queries',
        costOf('Keycard, batch of 10 queries') / queryUs,
        3,
      ),
      limit('a query, against tRPC’s own adapter', against(peerNames.trpc), 1 / 6, '≤ 1/6'),
      limit('a query, against FastAPI', against(peerNames.fastapi), 1 / 3, '≤ 1/3'),
      limit('a query, against Express', against(peerNames.express), 1.3),
      limit('a query, against Fastify + @fastify/jwt', against(peerNames.fastify), 1.3),
      limit('a query, against Hono', against(peerNames.hono), 1.3),
    ],
    notes: [
      'Each answers with the same five fields. The others verify an HS256 signature at every call, which is ' +
        'the cheapest there is; Keycard’s tokens are EdDSA, verified once each, and checked at every call by ' +
        'time, key and revocation. It also sets its security headers, measures itself and validates its output.',
      'The client never sleeps, so that no answer has to wake it: on a virtual machine that took a sixth to a ' +
        'third of a call, and next to nothing of those that answer so fast that it had no time to fall asleep.',
      ...absent,
    ],
    chart: {
      title: 'CPU time a request, in µs: less is better',
      bars: ranked.map(([{ name }]) => ({
        label: name,
        value: costOf(name),
        isOurs: name.startsWith('Keycard'),
      })),
    },
  }
}
