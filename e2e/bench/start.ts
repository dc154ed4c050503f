// How soon the built server is ready, and how much memory it holds while idle.

import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { startServer } from '../support/keycard-process.ts'
import type { Bench } from './bench.ts'
import { end, makeFolder } from './keycard.ts'
import { format, median } from './numbers.ts'
import { readMemoryMib } from './process-cpu.ts'

const soonMs = 5_000
/** V8 gives back what only the start needed after some nine seconds without work. */
const idleMs = 15_000

export const benchStart: Bench = {
  name: 'start',
  title: 'The start',
  async run({ quick, say }) {
    const starts = quick ? 5 : 15
    const firstStarts = quick ? 2 : 7
    const samples = quick ? 1 : 5
    const dataDir = await makeFolder()
    const first: number[] = []
    const again: number[] = []
    const soon: number[] = []
    const idle: number[] = []
    try {
      // The very first run warms up the file cache.
      await timeStart(dataDir)
      for (let run = 1; run <= firstStarts; run++) {
        say(`first start ${run} of ${firstStarts}`)
        const empty = await makeFolder()
        first.push(await timeStart(empty))
        await rm(empty, { recursive: true })
      }
      for (let run = 1; run <= starts; run++) {
        say(`start ${run} of ${starts}`)
        again.push(await timeStart(dataDir))
      }
      for (let run = 1; run <= samples; run++) {
        say(`memory ${run} of ${samples}`)
        const memory = await readMemory(dataDir)
        soon.push(memory.soonMib)
        idle.push(memory.idleMib)
      }
    } finally {
      await rm(dataDir, { recursive: true, force: true })
    }
    const row = (name: string, seen: readonly number[], unit: string) => [
      name,
      `${format(median(seen))} ${unit}`,
      `${format(Math.min(...seen))} – ${format(Math.max(...seen))}`,
    ]
    return {
      tables: [
        {
          head: ['', 'median', 'from – to'],
          rows: [
            row('start to ready', again, 'ms'),
            row('start to ready, for the first time', first, 'ms'),
            row('memory, 5 s after', soon, 'MiB'),
            row('memory, 15 s after', idle, 'MiB'),
          ],
        },
      ],
      goals: [
        {
          what: 'start to ready',
          seen: `${format(median(again))} ms`,
          goal: '≤ 700 ms',
          reached: median(again) <= 700,
        },
        {
          what: 'idle memory',
          seen: `${format(median(idle))} MiB`,
          goal: '≤ 100 MB',
          reached: (median(idle) * 1_048_576) / 1_000_000 <= 100,
        },
      ],
      notes: [
        '`node dist/server/main.js` until it says that it is ready, on SQLite. The first time it makes the folder, the ' +
          'keys and the tables, and hashes the passwords of the demo accounts at cost 12. Memory is the resident ' +
          'set of the process; V8 gives back what only the start needed some nine seconds after it.',
      ],
    }
  },
}

/** In milliseconds. */
async function timeStart(dataDir: string): Promise<number> {
  const startedAtMs = performance.now()
  const server = await startServer({ DATA_DIR: dataDir, BCRYPT_COST: '12' })
  const tookMs = performance.now() - startedAtMs
  await end(server)
  return tookMs
}

async function readMemory(dataDir: string): Promise<{ soonMib: number; idleMib: number }> {
  const server = await startServer({ DATA_DIR: dataDir, BCRYPT_COST: '12' })
  const read = () => readMemoryMib(server.process.pid ?? 0)
  await sleep(soonMs)
  const soonMib = read()
  await sleep(idleMs - soonMs)
  const idleMib = read()
  await end(server)
  return { soonMib, idleMib }
}
