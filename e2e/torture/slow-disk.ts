// A disk whose syncs take long, and a file that another process has locked: calls that need neither go on.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Libsql from 'libsql'
import { quantile } from '../bench/numbers.ts'
import { type ServerProcess, startServer } from '../support/keycard-process.ts'
import { readArguments } from './arguments.ts'
import { ask, call, postForm, signIn } from './ask.ts'
import { killServer } from './nodes.ts'
import { type Finding, judge } from './table.ts'

/** How many milliseconds longer a sync takes. */
const syncDelayMs = 10
const lockedForMs = 8_000
const promised = { ratio: 1.5, healthMs: 100 }
/** How often the servers take turns, so that whatever else the machine does affects both. */
const rounds = 4
const signInsAtOnce = 4

/**
 * `args`: how many seconds of load in all for each server, 40 by default. The control waits on the
 * main thread.
 */
export async function tortureSlowDisk(args: readonly string[]): Promise<boolean> {
  const { count: seconds, control } = readArguments(args, 40)
  const folder = mkdtempSync(join(tmpdir(), 'keycard-slow-disk-'))
  try {
    const library = compileLibrary(folder)
    if (library === undefined) return false
    const findings = await compareSyncs(library, (seconds * 1_000) / rounds, control)
    findings.push(...(await holdLock(control)))
    return judge('SQLite on a slow disk, and beside a lock', findings, control)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function compileLibrary(folder: string): string | undefined {
  const source = fileURLToPath(new URL('slow-sync.c', import.meta.url))
  const library = join(folder, 'slow-sync.so')
  const arguments_ = ['-shared', '-fPIC', '-o', library, source, '-ldl']
  if (process.platform === 'linux' && spawnSync('cc', arguments_).status === 0) return library
  console.error(
    'A slow disk is made by a small library that is compiled here: it needs Linux and a C compiler ' +
      '(Debian: apt-get install gcc libc6-dev).',
  )
  return undefined
}

/** Two servers that differ only in the library's delay take turns under the same load. */
async function compareSyncs(library: string, turnMs: number, control: boolean): Promise<Finding[]> {
  const start = (delayMs: number) =>
    openServer(control, { LD_PRELOAD: library, SYNC_DELAY_MS: String(delayMs) })
  const [usual, slow] = [await start(0), await start(syncDelayMs)]
  const tookMs = { usual: [] as number[], slow: [] as number[] }
  try {
    for (let round = 0; round < rounds; round++) {
      tookMs.usual.push(...(await callBesideSignIns(usual.url, turnMs)))
      tookMs.slow.push(...(await callBesideSignIns(slow.url, turnMs)))
    }
  } finally {
    await usual.stop()
    await slow.stop()
  }
  const [usualMs, slowMs] = [quantile(tookMs.usual, 0.99), quantile(tookMs.slow, 0.99)]
  const ratio = slowMs / usualMs
  return [
    {
      what: `p99 of a call beside ${signInsAtOnce} who sign in; each sync + ${syncDelayMs} ms`,
      seen: `${usualMs.toFixed(1)} and ${slowMs.toFixed(1)} ms: ${ratio.toFixed(2)} ×`,
      promised: `≤ ${promised.ratio} ×`,
      kept: ratio <= promised.ratio,
    },
  ]
}

/** @returns how long each call took, in milliseconds */
async function callBesideSignIns(url: string, forMs: number): Promise<number[]> {
  const { access_token } = await signIn(url)
  let isOver = false
  const signInOften = async () => {
    while (!isOver) await signIn(url)
  }
  const signingIn = Array.from({ length: signInsAtOnce }, signInOften)
  const tookMs = await repeat(forMs, () => call(url, access_token))
  isOver = true
  await Promise.all(signingIn)
  return tookMs
}

/** What another process does to the file: a lock, and nothing else. */
async function holdLock(control: boolean): Promise<Finding[]> {
  const server = await openServer(control, {})
  const other = new Libsql(join(server.dataDir, 'keycard.db'), { timeout: 5_000 })
  try {
    let tokens = await signIn(server.url)
    const statuses = new Set<number>()
    let isOver = false
    const writeOften = async () => {
      while (!isOver) {
        const { refresh_token } = tokens
        const answer = await postForm(`${server.url}/token`, {
          grant_type: 'refresh_token',
          refresh_token,
        })
        statuses.add(answer.status)
        if (answer.status === 200) tokens = JSON.parse(answer.body)
      }
    }
    const writing = writeOften()
    other.exec('begin immediate')
    const tookMs = await repeat(lockedForMs, () => ask(`${server.url}/healthz`))
    other.exec('rollback')
    const after = await signIn(server.url).then(() => 'served', String)
    isOver = true
    await writing
    const longestMs = Math.max(...tookMs)
    const outcomes: Finding[] = [
      {
        what: `the longest /healthz beside a lock of ${lockedForMs / 1_000} s`,
        seen: `${longestMs.toFixed(0)} ms`,
        promised: `≤ ${promised.healthMs} ms`,
        kept: longestMs <= promised.healthMs,
      },
      {
        what: 'writes meanwhile, and a sign-in afterwards',
        seen: `${[...statuses].sort().join(', ')}; ${after}`,
        promised: '200 and 503 alone; served',
        kept: after === 'served' && [...statuses].every((status) => [200, 503].includes(status)),
      },
    ]
    return control ? outcomes.slice(0, 1) : outcomes
  } finally {
    other.close()
    await server.stop()
  }
}

/** Every 5 ms at most, one after the other. @returns how long each took, in milliseconds */
async function repeat(forMs: number, question: () => Promise<unknown>): Promise<number[]> {
  const tookMs: number[] = []
  const endsAtMs = performance.now() + forMs
  while (performance.now() < endsAtMs) {
    const startedAtMs = performance.now()
    await question()
    tookMs.push(performance.now() - startedAtMs)
    await sleep(5)
  }
  return tookMs
}

interface OpenServer {
  url: string
  dataDir: string
  stop(): Promise<void>
}

const waitOnMainThread = ['--import', new URL('wait-on-main-thread.js', import.meta.url).href]

async function openServer(control: boolean, env: Record<string, string>): Promise<OpenServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'keycard-slow-disk-'))
  const server: ServerProcess = await startServer(
    { DATA_DIR: dataDir, LOG_LEVEL: 'silent', SIGN_IN_FAILURES_PER_ADDRESS: '1000000', ...env },
    control ? waitOnMainThread : [],
  )
  const stop = async () => {
    await killServer(server)
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { url: server.url, dataDir, stop }
}
