// Several Keycards on one PostgreSQL, as behind a balancer: what the tortures of many nodes drive.

import { randomBytes } from 'node:crypto'
import { type PostgresServer, startPostgres } from '../../server/testing/postgres-server.ts'
import { type ServerProcess, startServer } from '../support/keycard-process.ts'
import { startWire, type Wire } from './wire.ts'

export interface Nodes {
  /** Origins. */
  urls: readonly string[]
  /** Each node's own connection to the database. */
  wires: readonly Wire[]
  processes: readonly ServerProcess[]
  postgres: PostgresServer
  /** The settings they share, with the database directly: for the command line. */
  env: Record<string, string>
  stop(): Promise<void>
}

interface NodesOptions {
  /** Added to the settings of each. */
  env?: Record<string, string>
  /** Added to those of one of them. */
  envOf?: (index: number) => Record<string, string> | undefined
  /** As `startPostgres` takes it. */
  durable?: boolean
  postgresSettings?: readonly string[]
}

/** Demo accounts included. */
export async function startNodes(
  count: number,
  { env, envOf = () => undefined, durable = false, postgresSettings = [] }: NodesOptions = {},
): Promise<Nodes> {
  const postgres = await startPostgres({ durable, settings: postgresSettings })
  const processes: ServerProcess[] = []
  const wires: Wire[] = []
  const stop = async () => {
    await Promise.all(processes.map(killServer))
    for (const wire of wires) wire.close()
    await postgres.stop()
  }
  const shared = {
    DATABASE_URL: postgres.url,
    MASTER_KEY: randomBytes(32).toString('base64'),
    // One issuer for all, as the balancer's address would be.
    PUBLIC_URL: 'http://localhost:3000',
    LOG_LEVEL: 'silent',
    ...env,
  }
  try {
    for (let index = 0; index < count; index++) {
      const wire = await startWire(postgres.url)
      wires.push(wire)
      processes.push(
        await startServer({
          ...shared,
          DATABASE_URL: wire.url,
          ...envOf(index),
        }),
      )
    }
    return { urls: processes.map(({ url }) => url), wires, processes, postgres, env: shared, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Without warning, as in a power cut; resolves when it is gone. */
export async function killServer({ process: child }: ServerProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGKILL')
  await ended
}
