// Counts what the test runners report, by kind of test, and shows it as a table.

import { type PlaywrightReport, pathFrom, type VitestReport } from './reports.ts'

export interface Count {
  kind: string
  passed: number
  failed: number
  skipped: number
  milliseconds: number
}

/** Kinds of tests by their folder; the first that fits. */
const kinds: readonly [prefix: string, kind: string][] = [
  ['server/db/', 'db'],
  ['server/http/', 'http'],
  ['server/oauth/', 'http'],
  ['server/trpc/', 'http'],
  ['server/web/', 'http'],
  ['server/', 'server'],
  ['client/', 'client'],
  ['e2e/', 'e2e'],
]

export function countVitest(report: VitestReport, root: string): Count[] {
  const counts = new Map<string, Count>()
  for (const file of report.testResults) {
    const path = pathFrom(root, file.name)
    const kind = kinds.find(([prefix]) => path.startsWith(prefix))?.[1] ?? 'other'
    const count = counts.get(kind) ?? countNothing(kind)
    const passed = file.assertionResults.filter((test) => test.status === 'passed').length
    const failed = file.assertionResults.filter((test) => test.status === 'failed').length
    count.passed += passed
    // A file that could not be loaded has no failed test in it, and still is a failure.
    count.failed += failed === 0 && file.status === 'failed' ? 1 : failed
    count.skipped += file.assertionResults.length - passed - failed
    count.milliseconds += file.endTime - file.startTime
    counts.set(kind, count)
  }
  return [...counts.values()].sort((one, other) => one.kind.localeCompare(other.kind))
}

export function countPlaywright({ stats, errors }: PlaywrightReport): Count[] {
  return [
    {
      kind: 'browser',
      passed: stats.expected,
      // A test that passes only on a retry has failed.
      failed: stats.unexpected + stats.flaky + errors.length,
      skipped: stats.skipped,
      milliseconds: stats.duration,
    },
  ]
}

/**
 * What a step of the run counts for. A step that fails without a failed test is one failure, and so
 * is a run of tests in which none ran: green must mean that something was checked.
 */
export function countStep(
  kind: string,
  step: { isOk: boolean; milliseconds: number },
  tests: readonly Count[] | undefined,
): Count[] {
  const ran = tests?.some((count) => count.passed + count.failed > 0) ?? step.isOk
  const failed = tests?.some((count) => count.failed > 0) ?? false
  if (failed || (step.isOk && ran)) {
    return tests ? [...tests] : [{ ...countNothing(kind), milliseconds: step.milliseconds }]
  }
  const failure = { ...countNothing(kind), failed: 1, milliseconds: step.milliseconds }
  return [...(tests ?? []).filter((count) => count.passed > 0), failure]
}

export function formatTable(counts: readonly Count[]): string {
  const rows = counts.map((count) => [
    count.kind,
    showNumber(count.passed),
    showNumber(count.failed),
    showNumber(count.skipped),
    `${(count.milliseconds / 1000).toFixed(1)} s`,
  ])
  const table = [['', 'passed', 'failed', 'skipped', 'time'], ...rows]
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...table.map((row) => (row[column] ?? '').length)),
  )
  return table
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0
          return column === 0 ? cell.padEnd(width) : cell.padStart(width)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function formatSum(counts: readonly Count[]): string {
  const sum = (field: 'passed' | 'failed') =>
    counts.reduce((total, count) => total + count[field], 0)
  return `Tests: ${sum('passed')} passed, ${sum('failed')} failed`
}

function countNothing(kind: string): Count {
  return { kind, passed: 0, failed: 0, skipped: 0, milliseconds: 0 }
}

function showNumber(number: number): string {
  return number === 0 ? '–' : String(number)
}
