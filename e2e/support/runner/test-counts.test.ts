// A run is only called green when something ran and nothing failed.

import { describe, expect, it } from 'vitest'
import { countPlaywright, countStep, countVitest, formatSum, formatTable } from './test-counts.ts'

function reportFile(name: string, statuses: string[], status = 'passed') {
  const assertionResults = statuses.map((each) => ({ status: each }))
  return { name: `/repo/${name}`, status, startTime: 1_000, endTime: 2_500, assertionResults }
}

const quickly = { isOk: true, milliseconds: 10 }
const badly = { isOk: false, milliseconds: 10 }
const noStats = { expected: 0, unexpected: 0, flaky: 0, skipped: 0, duration: 5 }

describe('countVitest', () => {
  it('counts by kind', () => {
    const report = {
      testResults: [
        reportFile('server/db/migrations/migrate.test.ts', ['passed', 'failed'], 'failed'),
        reportFile('server/db/sqlite.test.ts', ['passed', 'pending']),
        reportFile('server/trpc/router.test.ts', ['passed']),
        reportFile('server/config.test.ts', ['passed']),
      ],
    }
    expect(countVitest(report, '/repo')).toEqual([
      { kind: 'db', passed: 2, failed: 1, skipped: 1, milliseconds: 3_000 },
      { kind: 'http', passed: 1, failed: 0, skipped: 0, milliseconds: 1_500 },
      { kind: 'server', passed: 1, failed: 0, skipped: 0, milliseconds: 1_500 },
    ])
  })

  it('counts a file that could not be loaded as a failure', () => {
    const report = { testResults: [reportFile('server/config.test.ts', [], 'failed')] }
    expect(formatSum(countVitest(report, '/repo'))).toBe('Tests: 0 passed, 1 failed')
  })
})

describe('countPlaywright', () => {
  it('counts a flaky test and an error outside of tests as failures', () => {
    const stats = { ...noStats, expected: 3, unexpected: 1, flaky: 1 }
    const counts = countPlaywright({ stats, errors: [{ message: 'teardown' }] })
    expect(formatSum(counts)).toBe('Tests: 3 passed, 3 failed')
  })
})

describe('countStep', () => {
  it('counts nothing for a step without tests that went well', () => {
    expect(formatSum(countStep('types', quickly, undefined))).toBe('Tests: 0 passed, 0 failed')
  })

  it('counts a failed step without tests as one failure', () => {
    expect(formatSum(countStep('types', badly, undefined))).toBe('Tests: 0 passed, 1 failed')
  })

  it('counts a runner that ends badly as one failure, though every test passed', () => {
    const tests = countPlaywright({ stats: { ...noStats, expected: 2 }, errors: [] })
    expect(formatSum(countStep('browser', badly, tests))).toBe('Tests: 2 passed, 1 failed')
  })

  it('counts a runner that ends badly because of failed tests no further', () => {
    const tests = countPlaywright({ stats: { ...noStats, unexpected: 2 }, errors: [] })
    expect(formatSum(countStep('browser', badly, tests))).toBe('Tests: 0 passed, 2 failed')
  })

  it.each([
    ['ran none', []],
    ['skipped all', countPlaywright({ stats: { ...noStats, skipped: 4 }, errors: [] })],
  ])('counts a run that %s as a failure', (_reason, tests) => {
    expect(formatSum(countStep('browser', quickly, tests))).toBe('Tests: 0 passed, 1 failed')
  })
})

describe('formatTable', () => {
  it('aligns the columns', () => {
    const table = formatTable([
      { kind: 'types', passed: 0, failed: 0, skipped: 0, milliseconds: 2_040 },
      { kind: 'http', passed: 120, failed: 1, skipped: 0, milliseconds: 12_300 },
    ])
    expect(table).toBe(
      [
        '       passed  failed  skipped    time',
        'types       –       –        –   2.0 s',
        'http      120       1        –  12.3 s',
      ].join('\n'),
    )
  })
})
