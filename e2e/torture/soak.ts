// Half an hour of mixed life at a server whose clock meanwhile runs through a thousand days.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { askProcess } from './ask-process.ts'
import { describeMemory, growthMax, growthOf, inMiB, isFlat } from './memory.ts'
import { live } from './mixed-life.ts'
import type { SoakOptions, SoakSample } from './soak-server.ts'
import { printTable, type Row } from './table.ts'

/** Longer than twice the longest retention: known devices and counted failures, 400 days. */
const days = 1_000
const sampleCount = 60
const controlSeconds = 40
/** As a share of the whole: until then caches fill and code is compiled. */
const warmUpShare = 0.4
/** Rows that people make and only they remove. */
const owned = new Set(['users', 'user_search_keys', 'items', 'oauth_clients'])

/** `args`: how many minutes; 30 by default. */
export async function tortureSoak(args: readonly string[]): Promise<boolean> {
  const minutes = Number(args[0] ?? 30)
  const seconds = minutes * 60
  // The same life where no time passes, so that nothing ever expires, and memory is kept.
  const control = judge(await soak(controlSeconds, { speed: 1, isLeaking: true }))
  const run = await soak(seconds, { speed: (days * 86_400) / seconds, isLeaking: false })
  const verdict = judge(run)
  const { last } = verdict
  const lags = run.samples.map(({ lagP99Ms }) => lagP99Ms).sort((a, b) => a - b)
  const round = (value: number | undefined) => (value ?? 0).toFixed(1)
  const tables = verdict.tables.map(({ name, most }): Row => {
    const counts = most.map((n) => n.toLocaleString('en')).join(', ')
    return [
      `${name}: most rows in each quarter`,
      counts,
      owned.has(name) ? '' : 'second and last alike',
    ]
  })
  printTable(`${minutes} minutes of mixed life, ${days} days by the server's clock`, [
    ['things done', run.done.toLocaleString('en'), ''],
    ['answers: 2xx, 401, 403, 429, 503 (too busy)', run.answers, ''],
    ['other answers of 500 and more', String(run.faults), '0'],
    [
      'growth of memory (RSS) after the warm-up',
      inMiB(verdict.growth.rssMiB),
      `≤ ${growthMax.rssMiB} MiB`,
    ],
    [
      'growth of the heap, garbage collected',
      inMiB(verdict.growth.heapMiB),
      `≤ ${growthMax.heapMiB} MiB`,
    ],
    ['memory (RSS), heap at the end', describeMemory(last), ''],
    [
      'lag of the event loop, p99: median, longest of all samples',
      `${round(lags[Math.floor(lags.length / 2)])} ms, ${round(lags.at(-1))} ms`,
      '',
    ],
    ...tables,
    [
      'control, no time passes and memory is kept: tables that grow',
      String(control.growing.length),
      '> 0',
    ],
    ['control: growth of the memory', inMiB(control.growth.rssMiB), `> ${growthMax.rssMiB} MiB`],
  ])
  if (verdict.growing.length > 0) console.log(`These tables grow: ${verdict.growing.join(', ')}`)
  return (
    run.faults + verdict.growing.length === 0 &&
    isFlat(verdict.growth) &&
    control.growing.length > 0 &&
    !isFlat(control.growth)
  )
}

interface Run {
  samples: SoakSample[]
  done: number
  faults: number
  answers: string
}

async function soak(seconds: number, options: SoakOptions): Promise<Run> {
  const file = fileURLToPath(new URL('soak-server.ts', import.meta.url))
  const child = fork(file, [JSON.stringify(options)], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
    env: { PATH: process.env.PATH },
  })
  const [url] = (await once(child, 'message')) as [string]
  const life = live(url)
  const samples: SoakSample[] = []
  try {
    for (let index = 0; index < sampleCount; index++) {
      await sleep((seconds * 1_000) / sampleCount)
      samples.push(await askProcess<SoakSample>(child, 'sample'))
    }
    return { samples, ...(await life.end()) }
  } finally {
    await life.end()
    child.send('close')
    await once(child, 'close')
  }
}

/** A table is bounded where the last quarter has no more rows than the second, apart from chance. */
function judge({ samples }: Run) {
  const quarter = (number: number) => {
    const [from, to] = [number - 1, number].map((n) => Math.floor((n / 4) * samples.length))
    return (name: string) => Math.max(...samples.slice(from, to).map(({ rows }) => rows[name] ?? 0))
  }
  const [last] = samples.slice(-1)
  if (!last) throw new Error('nothing was sampled')
  const tables = Object.keys(last.rows).map((name) => ({
    name,
    most: [1, 2, 3, 4].map((number) => quarter(number)(name)),
  }))
  const growing = tables
    .filter(({ name, most: [, second = 0, , fourth = 0] }) => {
      return !owned.has(name) && fourth > second * 1.5 + 20
    })
    .map(({ name }) => name)
  const settled = samples.slice(Math.floor(samples.length * warmUpShare))
  const growth = growthOf(settled)
  return { last, tables, growing, growth }
}
