// How many sessions one process on one core refreshes a second, on both databases.

import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import os from 'node:os'
import { startPostgres } from '../../server/testing/postgres-server.ts'
import { type ServerProcess, startServer } from '../support/keycard-process.ts'
import type { Bench } from './bench.ts'
import { type Connection, openConnection } from './connection.ts'
import { end, makeFolder } from './keycard.ts'
import { format, median } from './numbers.ts'
import { readCpuTimeUs } from './process-cpu.ts'
import { refresh, signIn, type Tokens } from './tokens.ts'

const sessions = 16

export const benchRefreshes: Bench = {
  name: 'refreshes',
  title: 'Refreshes',
  async run({ quick, say }) {
    const rounds = quick ? 3 : 9
    const refreshes = quick ? 1_500 : 8_000
    const stage = await startStage()
    try {
      for (let round = 0; round <= rounds; round++) {
        for (const one of stage.contestants) {
          say(`round ${round} of ${rounds}: ${one.name}`)
          const measurement = await measureRefreshes(one, refreshes)
          // The first round warms all of them up.
          if (round > 0) one.seen.push(measurement)
        }
      }
    } finally {
      await stage.stop()
    }
    const medianOf = (one: Contestant, pick: (measurement: Measurement) => number) =>
      median(one.seen.map(pick))
    const [sqlite] = stage.contestants
    const perSecond = sqlite ? medianOf(sqlite, (seen) => seen.perSecond) : Number.NaN
    return {
      tables: [
        {
          head: ['', 'a second', 'from – to', 'µs of CPU each'],
          rows: stage.contestants.map((one) => [
            one.name,
            format(medianOf(one, (seen) => seen.perSecond)),
            `${format(Math.min(...one.seen.map((seen) => seen.perSecond)))} – ` +
              format(Math.max(...one.seen.map((seen) => seen.perSecond))),
            format(medianOf(one, (seen) => seen.cpuUs)),
          ]),
        },
      ],
      goals: [
        {
          what: 'refreshes a second on SQLite',
          seen: format(perSecond),
          goal: '≥ 1,000',
          reached: perSecond >= 1_000,
        },
      ],
      notes: [
        `${sessions} sessions are refreshed at POST /token, each with the token that the refresh before gave it. ` +
          'On SQLite each is on the disk before it is answered (synchronous = full); those that come together share a ' +
          'sync. PostgreSQL is one of the tests’, without fsync and on the same machine.',
        stage.isPinned
          ? 'Keycard is held to one core by taskset; PostgreSQL and the sender have the others.'
          : 'Keycard is not held to one core here (there is no taskset).',
      ],
    }
  },
}

interface Contestant {
  name: string
  server: ServerProcess
  /** The newest refresh token of each session. */
  tokens: Tokens[]
  seen: Measurement[]
}

interface Measurement {
  perSecond: number
  cpuUs: number
}

async function startStage() {
  const dataDir = await makeFolder()
  const postgres = await startPostgres()
  const servers: ServerProcess[] = []
  let isPinned = true
  const start = async (name: string, env: Record<string, string>): Promise<Contestant> => {
    const server = await startServer(env)
    servers.push(server)
    isPinned &&= holdToOneCore(server.process.pid ?? 0)
    const port = portOf(server)
    const tokens: Tokens[] = []
    while (tokens.length < sessions) tokens.push(await signIn(port))
    return { name, server, tokens, seen: [] }
  }
  const stop = async () => {
    await Promise.all(servers.map(end))
    await postgres.stop()
  }
  try {
    const masterKey = randomBytes(32).toString('base64')
    const contestants = [
      await start('SQLite', { DATA_DIR: dataDir }),
      await start('PostgreSQL', { DATABASE_URL: postgres.url, MASTER_KEY: masterKey }),
    ]
    return { contestants, isPinned, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function measureRefreshes(one: Contestant, count: number): Promise<Measurement> {
  const pid = one.server.process.pid ?? 0
  const connections = await Promise.all(one.tokens.map(() => openConnection(portOf(one.server))))
  const [startedAtMs, cpuBeforeUs] = [performance.now(), readCpuTimeUs(pid)]
  let left = count
  await Promise.all(
    connections.map(async (connection, index) => {
      while (left-- > 0) await refreshNext(one.tokens, index, connection)
    }),
  )
  const tookMs = performance.now() - startedAtMs
  for (const connection of connections) connection.close()
  return {
    perSecond: (count / tookMs) * 1_000,
    cpuUs: (readCpuTimeUs(pid) - cpuBeforeUs) / count,
  }
}

async function refreshNext(tokens: Tokens[], index: number, connection: Connection): Promise<void> {
  const held = tokens[index]
  if (held) tokens[index] = await refresh(connection, held)
}

function portOf({ url }: ServerProcess): number {
  return Number(new URL(url).port)
}

/** All its threads run on the last core; the sender of the requests has the others. */
function holdToOneCore(pid: number): boolean {
  const core = String(os.cpus().length - 1)
  return (
    spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', core, String(pid)]).status === 0
  )
}
