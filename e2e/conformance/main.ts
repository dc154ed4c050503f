// `npm run conformance -- http://host`: tests any server against the specifications, and prints the result.

import { type Arguments, readArguments } from './arguments.ts'
import { chaptersFor } from './chapters.ts'
import { formatReport, judge, type Verdict } from './report.ts'

process.exitCode = await run(process.argv.slice(2))

async function run(words: readonly string[]): Promise<number> {
  let given: Arguments
  let verdicts: Verdict[]
  try {
    given = readArguments(words)
    verdicts = await judge(chaptersFor(given.profile), given.options)
  } catch (error) {
    console.error(explain(error))
    return 1
  }
  console.log(formatReport(chaptersFor(given.profile), verdicts))
  return verdicts.some(({ outcome }) => outcome === 'failed') ? 1 : 0
}

function explain(error: unknown): string {
  if (error instanceof AggregateError) return explain(error.errors[0])
  if (error instanceof Error && 'code' in error && 'syscall' in error) {
    return `No server answers there: ${error.message}. Start the server first.`
  }
  return error instanceof Error ? error.message : String(error)
}
