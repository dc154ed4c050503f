// The slowest test files, as the runners report them: where the next minute can be saved.

import {
  type PlaywrightReport,
  type PlaywrightSuite,
  pathFrom,
  type VitestReport,
} from './reports.ts'

export interface FileTime {
  file: string
  milliseconds: number
}

export function timeVitest({ testResults }: VitestReport, root: string): FileTime[] {
  return testResults.map(({ name, startTime, endTime }) => ({
    file: pathFrom(root, name),
    milliseconds: endTime - startTime,
  }))
}

/** The sum of a file's tests, which may have run in several workers at once. */
export function timePlaywright({ suites = [] }: PlaywrightReport): FileTime[] {
  return suites.map((suite) => ({ file: `e2e/${suite.file}`, milliseconds: sumTests(suite) }))
}

function sumTests({ suites = [], specs = [] }: PlaywrightSuite): number {
  const results = specs.flatMap(({ tests }) => tests).flatMap((test) => test.results)
  const own = results.reduce((total, { duration }) => total + duration, 0)
  return suites.reduce((total, suite) => total + sumTests(suite), own)
}

export function formatSlowest(times: readonly FileTime[], count = 10): string {
  const slowest = times.toSorted((one, other) => other.milliseconds - one.milliseconds)
  const lines = slowest
    .slice(0, count)
    .map(({ file, milliseconds }) => `${(milliseconds / 1000).toFixed(1).padStart(7)} s  ${file}`)
  return ['The slowest files', ...lines].join('\n')
}
