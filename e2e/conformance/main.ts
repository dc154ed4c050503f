// `npm run conformance -- http://host`: holds any server to the specifications, and says how it went.

import { readArguments } from './arguments.ts'
import { chapters } from './chapters.ts'
import { formatReport, judge } from './report.ts'
import { send } from './send.ts'
import type { TargetOptions } from './target.ts'

process.exitCode = await run(process.argv.slice(2))

async function run(words: readonly string[]): Promise<number> {
  let options: TargetOptions
  try {
    options = readArguments(words)
    // Else every requirement would fail with the same sentence.
    await send(new URL('/', options.url), {})
  } catch (error) {
    console.error(explain(error))
    return 1
  }
  const verdicts = await judge(chapters, options)
  console.log(formatReport(chapters, verdicts))
  return verdicts.some(({ outcome }) => outcome === 'failed') ? 1 : 0
}

function explain(error: unknown): string {
  if (error instanceof AggregateError) return explain(error.errors[0])
  if (error instanceof Error && 'code' in error && 'syscall' in error) {
    return `Nobody answers there: ${error.message}. Start the server first.`
  }
  return error instanceof Error ? error.message : String(error)
}
