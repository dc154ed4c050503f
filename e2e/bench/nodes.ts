// What a call costs where two processes share one PostgreSQL, compared with one process alone.

import { randomBytes } from 'node:crypto'
import { type PostgresServer, startPostgres } from '../../server/testing/postgres-server.ts'
import { type ServerProcess, startServer } from '../support/keycard-process.ts'
import type { Bench } from './bench.ts'
import { end } from './keycard.ts'
import { sendCalls } from './load.ts'
import { format, median } from './numbers.ts'
import { readCpuTimeUs } from './process-cpu.ts'
import { signIn } from './tokens.ts'

/** To each process: a load that the machine can carry twice, so that no process waits for a core. */
const callsPerSecond = 500

const paths = ['/trpc/identity', '/trpc/users.me'] as const
type Path = (typeof paths)[number]

export const benchNodes: Bench = {
  name: 'nodes',
  title: 'Two processes',
  async run({ quick, say }) {
    const rounds = quick ? 3 : 9
    const calls = quick ? 1_000 : 3_000
    const groups: Group[] = []
    try {
      for (const size of [1, 2]) groups.push(await startGroup(size))
      for (let round = 0; round <= rounds; round++) {
        for (const group of groups) {
          for (const path of paths) {
            say(`round ${round} of ${rounds}: ${path} of ${group.name}`)
            const costUs = await measureCalls(group, path, calls)
            // The first round warms all of them up.
            if (round > 0) group.costs[path].push(costUs)
          }
        }
      }
    } finally {
      for (const group of groups) await group.stop()
    }
    const costsOf = (path: Path) => groups.map(({ costs }) => median(costs[path]))
    const ratioOf = (path: Path) => {
      const [one = Number.NaN, two = Number.NaN] = costsOf(path)
      return two / one
    }
    return {
      tables: [
        {
          head: ['µs of CPU a call', ...groups.map(({ name }) => name), 'ratio'],
          rows: paths.map((path) => [
            `\`${path}\``,
            ...costsOf(path).map(format),
            format(ratioOf(path)),
          ]),
        },
      ],
      goals: paths.map((path) => ({
        what: `\`${path}\`, against one process`,
        seen: `${format(ratioOf(path))} ×`,
        goal: '≤ 1.1 ×',
        reached: ratioOf(path) <= 1.1,
      })),
      notes: [
        `Each group has a PostgreSQL of its own, which is not counted. Every process of a group gets ${callsPerSecond} calls ` +
          'a second at the same time, so two of them answer twice as many. `identity` asks no database, `users.me` reads a row. ' +
          'A call that comes alone costs more than one of many, which share their way in and out.',
      ],
    }
  },
}

interface Group {
  name: string
  servers: readonly ServerProcess[]
  token: string
  costs: Record<Path, number[]>
  stop(): Promise<void>
}

async function startGroup(size: number): Promise<Group> {
  const postgres: PostgresServer = await startPostgres()
  const servers: ServerProcess[] = []
  const stop = async () => {
    await Promise.all(servers.map(end))
    await postgres.stop()
  }
  try {
    const env = {
      DATABASE_URL: postgres.url,
      MASTER_KEY: randomBytes(32).toString('base64'),
      // One issuer for all, as the balancer's address would be.
      PUBLIC_URL: 'http://localhost:3000',
    }
    while (servers.length < size) servers.push(await startServer(env))
    const [port = 0] = servers.map(portOf)
    const { access_token: token } = await signIn(port)
    const name = size === 1 ? 'one process' : `${size} processes`
    return {
      name,
      servers,
      token,
      costs: { '/trpc/identity': [], '/trpc/users.me': [] },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** In microseconds, of all processes together. */
async function measureCalls({ servers, token }: Group, path: Path, calls: number): Promise<number> {
  const readAllUs = () =>
    servers.reduce((sum, server) => sum + readCpuTimeUs(server.process.pid ?? 0), 0)
  const beforeUs = readAllUs()
  const headers = { Authorization: `Bearer ${token}` }
  await Promise.all(
    servers.map((server) =>
      sendCalls({ port: portOf(server), path, headers }, calls, { perSecond: callsPerSecond }),
    ),
  )
  return (readAllUs() - beforeUs) / calls / servers.length
}

function portOf({ url }: ServerProcess): number {
  return Number(new URL(url).port)
}
