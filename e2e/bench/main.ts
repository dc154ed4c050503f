// `npm run bench`: how fast Keycard is beside what people would otherwise use, as ratios within one run.

import { parseArgs } from 'node:util'
import type { Bench } from './bench.ts'
import { benchCalls } from './calls.ts'
import { benchFlood } from './flood.ts'
import { ensurePeers, installFastapi } from './install.ts'
import { benchNodes } from './nodes.ts'
import { benchPage } from './page.ts'
import { benchRefreshes } from './refreshes.ts'
import { formatResult, writeSection } from './report.ts'
import { benchScale } from './scale.ts'
import { benchSearch } from './search.ts'
import { benchSignIns } from './sign-ins.ts'
import { benchStart } from './start.ts'
import { benchStreams } from './streams.ts'

const benches: readonly Bench[] = [
  benchCalls,
  benchSignIns,
  benchFlood,
  benchRefreshes,
  benchStreams,
  benchScale,
  benchSearch,
  benchStart,
  benchNodes,
  benchPage,
]

const usage = `Usage: npm run bench -- [names] [--quick] [--install]

${benches.map(({ name, title }) => `  ${name.padEnd(10)}${title}`).join('\n')}

All of them without names. Each prints its table and writes it to docs/performance.md.
  --quick    a first answer in about a minute; writes nothing
  --install  fetches FastAPI with apt first (Debian, as root)`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean' }, install: { type: 'boolean' }, help: { type: 'boolean' } },
})
const unknown = positionals.find((word) => !benches.some(({ name }) => name === word))

if (values.help) console.log(usage)
else if (unknown !== undefined) {
  console.error(`There is no bench "${unknown}".\n\n${usage}`)
  process.exitCode = 2
} else {
  ensurePeers()
  if (values.install) installFastapi()
  const chosen = benches.filter(
    ({ name }) => positionals.length === 0 || positionals.includes(name),
  )
  for (const bench of chosen) await runBench(bench, values.quick === true)
}

async function runBench(bench: Bench, quick: boolean): Promise<void> {
  console.log(`\n${bench.title}\n`)
  const result = await bench.run({ quick, say })
  say('')
  console.log(formatResult(result))
  if (!quick) writeSection(bench, result, quick)
}

/** On one line that is rewritten; silent where the output is not a terminal. */
function say(progress: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${progress}`)
}
