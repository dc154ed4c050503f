// Tries mutants, one after another, in a process that is killed where a mutant never ends.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Trial, TrialResult } from './warm-vitest.ts'

export interface Trials {
  /** `'too long'` where the tests did not finish within two minutes. */
  run(trial: Trial): Promise<TrialResult | 'too long'>
  close(): Promise<void>
}

const longestMs = 120_000

export function openTrials(): Trials {
  let child: ChildProcess | undefined

  async function start(): Promise<ChildProcess> {
    const program = fileURLToPath(new URL('warm-vitest.ts', import.meta.url))
    // Variables that vitest has set, where it runs this, would be taken for settings.
    const own = Object.entries(process.env).filter(
      ([name]) => !/^(VITEST|TEST$|NODE_ENV$)/.test(name),
    )
    const env = Object.fromEntries(own)
    const started = fork(program, {
      // A process group of its own, so that its workers end with it.
      detached: true,
      execArgv: ['--import', 'tsx'],
      env,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    await answerOf(started)
    child = started
    return started
  }

  async function end(): Promise<void> {
    const ended = child
    child = undefined
    if (ended?.pid === undefined) return
    const closed = once(ended, 'close')
    process.kill(-ended.pid, 'SIGKILL')
    await closed
  }

  return {
    async run(trial) {
      const running = child ?? (await start())
      const signal = AbortSignal.timeout(longestMs)
      try {
        running.send(trial)
        return (await answerOf(running, signal)) as TrialResult
      } catch (error) {
        await end()
        if (signal.aborted) return 'too long'
        throw error
      }
    },
    close: end,
  }
}

async function answerOf(child: ChildProcess, signal?: AbortSignal): Promise<unknown> {
  const stop = new AbortController()
  const signals = [stop.signal, ...(signal ? [signal] : [])]
  const options = { signal: AbortSignal.any(signals) }
  try {
    const [answer] = await Promise.race([
      once(child, 'message', options),
      once(child, 'close', options).then(([code]) => {
        throw new Error(`The tests' process has ended with ${code}`)
      }),
    ])
    return answer
  } finally {
    stop.abort()
  }
}
