// A Keycard for the bench: the built server in a process and folder of its own, removed at the end.

import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ServerProcess, startServer } from '../support/keycard-process.ts'
import { fillSqlite } from './crowd.ts'

export interface Keycard {
  pid: number
  port: number
  dataDir: string
  stop(): Promise<void>
}

interface KeycardOptions {
  /** How many users and sessions there are besides the demo accounts; none by default. */
  crowd?: number
  env?: Readonly<Record<string, string>>
}

export async function startOnSqlite({
  crowd = 0,
  env = {},
}: KeycardOptions = {}): Promise<Keycard> {
  const dataDir = await makeFolder()
  const removeFolder = () => rm(dataDir, { recursive: true, force: true })
  try {
    const start = () => startServer({ DATA_DIR: dataDir, ...env })
    let server = await start()
    if (crowd > 0) {
      await end(server)
      fillSqlite(dataDir, crowd)
      server = await start()
    }
    return {
      pid: server.process.pid ?? 0,
      port: Number(new URL(server.url).port),
      dataDir,
      async stop() {
        await end(server)
        await removeFolder()
      },
    }
  } catch (error) {
    await removeFolder()
    throw error
  }
}

export function makeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'keycard-bench-'))
}

export async function end({ process: child }: ServerProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'exit')
  child.kill('SIGTERM')
  await closed
}
