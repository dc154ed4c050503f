// The failed tests, as the runners report them: at the end, where people look first.

import { stripVTControlCharacters } from 'node:util'
import {
  type PlaywrightReport,
  type PlaywrightSuite,
  pathFrom,
  type VitestReport,
} from './reports.ts'

export interface FailedTest {
  /** The file, and the titles down to the test's own. */
  name: string
  message: string
}

/** Of each message; all of it stands further above, where the test ran. */
const shownLines = 12

export function listFailedVitest({ testResults }: VitestReport, root: string): FailedTest[] {
  return testResults.flatMap((file) => {
    const path = pathFrom(root, file.name)
    const failed = file.assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => ({
        name: `${path} › ${test.fullName}`,
        message: (test.failureMessages ?? []).join('\n'),
      }))
    // A file that could not be loaded has no failed test in it.
    const isBroken = failed.length === 0 && file.status === 'failed'
    return isBroken ? [{ name: path, message: file.message ?? '' }] : failed
  })
}

export function listFailedPlaywright({ suites = [], errors }: PlaywrightReport): FailedTest[] {
  const outside = errors.map((error) => ({ name: 'outside of the tests', message: error.message }))
  return [...suites.flatMap((suite) => listFailedSpecs(suite, [])), ...outside]
}

function listFailedSpecs(suite: PlaywrightSuite, outer: readonly string[]): FailedTest[] {
  const titles = [...outer, suite.title]
  const own = (suite.specs ?? [])
    .filter((spec) => spec.tests.some((test) => isFailed(test.status)))
    .map((spec) => ({
      name: `e2e/${[...titles, spec.title].join(' › ')}`,
      message: spec.tests
        .flatMap((test) => test.results)
        .flatMap((result) => result.errors)
        .map((error) => error.message)
        .join('\n'),
    }))
  const inner = (suite.suites ?? []).flatMap((each) => listFailedSpecs(each, titles))
  return [...own, ...inner]
}

/** A test that passes only on a retry has failed. */
function isFailed(status: string): boolean {
  return status === 'unexpected' || status === 'flaky'
}

/** Empty where none failed. */
export function formatFailed(tests: readonly FailedTest[]): string {
  if (tests.length === 0) return ''
  const blocks = tests.map(({ name, message }) => {
    const lines = stripVTControlCharacters(message).trim().split('\n')
    const left = lines.length - shownLines
    const shown = lines.slice(0, shownLines).map((line) => `    ${line}`.trimEnd())
    return [`  ${name}`, ...shown, ...(left > 0 ? [`    … ${left} more lines above`] : [])].join(
      '\n',
    )
  })
  return `${['Failed', ...blocks].join('\n\n')}\n\n`
}
