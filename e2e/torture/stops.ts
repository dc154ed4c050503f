// SIGTERM beside connections that never end: how long until the process and its port are gone.

import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { productName } from '../../server/contract/brand.ts'
import { findFreePort } from '../support/test-server.ts'
import { readArguments } from './arguments.ts'
import { type Finding, judge } from './table.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const promisedMs = 8_000
/** How long to wait for a control. */
const patienceMs = 12_000

/** What each connection sends, and then no more. */
const unfinished = {
  nothing: '',
  'half a header': 'POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Ty',
  'half a body':
    'POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n' +
    'Content-Length: 40\r\n\r\nusername=',
}

const starts: Record<string, (env: NodeJS.ProcessEnv) => ChildProcess> = {
  'node dist/server/main.js': (env) =>
    fork(join(root, 'dist/server/main.js'), { env, silent: true }),
  'npm start': (env) =>
    spawn('npm', ['start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] }),
}

/**
 * Control: the server closes no connection, ends by no deadline, and does not notice a missing
 * parent.
 */
export async function tortureStops(args: readonly string[]): Promise<boolean> {
  const { control } = readArguments(args, 0)
  const findings: Finding[] = []
  for (const [name, start] of Object.entries(starts))
    findings.push(await stop(name, start, control))
  return judge(
    'SIGTERM, beside connections that say nothing, half a header, half a body',
    findings,
    control,
  )
}

async function stop(
  name: string,
  start: (env: NodeJS.ProcessEnv) => ChildProcess,
  control: boolean,
): Promise<Finding> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-stops-'))
  const port = await findFreePort()
  const started = start({
    PATH: process.env.PATH,
    PORT: String(port),
    DATA_DIR: dataDir,
    LOG_LEVEL: 'info',
    ...(control && { NODE_OPTIONS: `--import ${new URL('never-stop.js', import.meta.url).href}` }),
  })
  const pid = await waitUntilReady(started)
  const sockets = await Promise.all(Object.values(unfinished).map((text) => say(port, text)))
  const startedAtMs = performance.now()
  started.kill('SIGTERM')
  const isGone = await waitUntilGone(pid)
  const tookMs = performance.now() - startedAtMs
  if (!isGone) process.kill(pid, 'SIGKILL')
  for (const socket of sockets) socket.destroy()
  await rm(dataDir, { recursive: true, force: true })
  return {
    what: `${name}: ended after`,
    seen: isGone ? `${Math.round(tookMs)} ms` : `not within ${patienceMs} ms`,
    promised: `≤ ${promisedMs} ms, no orphan`,
    kept: isGone && tookMs <= promisedMs,
  }
}

/** @returns the number of the process that listens: npm and its shell have others */
async function waitUntilReady(started: ChildProcess): Promise<number> {
  let said = ''
  for (const stream of [started.stdout, started.stderr]) {
    stream?.on('data', (chunk) => {
      said += String(chunk)
    })
  }
  while (!said.includes(`${productName} is ready`)) {
    if (started.exitCode !== null) throw new Error(`It ended before it was ready: ${said}`)
    await sleep(50)
  }
  return Number(/"pid":(\d+)/.exec(said)?.[1])
}

async function say(port: number, text: string): Promise<Socket> {
  const socket = connect(port, 'localhost').on('error', () => {})
  await once(socket, 'connect')
  socket.resume().write(text)
  return socket
}

async function waitUntilGone(pid: number): Promise<boolean> {
  for (const upToMs = performance.now() + patienceMs; performance.now() < upToMs; ) {
    if (!isRunning(pid)) return true
    await sleep(50)
  }
  return false
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
