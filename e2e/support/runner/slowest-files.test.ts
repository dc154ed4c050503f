// The slowest files are named, from both runners' reports.

import { expect, it } from 'vitest'
import { formatSlowest, timePlaywright, timeVitest } from './slowest-files.ts'

it('a file of vitest counts from its start to its end', () => {
  const file = { status: 'passed', startTime: 1_000, endTime: 3_500, assertionResults: [] }
  const report = { testResults: [{ name: '/repo/server/cli.test.ts', ...file }] }
  expect(timeVitest(report, '/repo')).toEqual([{ file: 'server/cli.test.ts', milliseconds: 2_500 }])
})

it('a file of Playwright counts the sum of its tests, at every depth', () => {
  const spec = (...durations: number[]) => ({
    title: 'works',
    tests: [
      { status: 'expected', results: durations.map((duration) => ({ duration, errors: [] })) },
    ],
  })
  const inner = { title: 'offline', file: 'users.spec.ts', specs: [spec(30), spec(4, 5)] }
  const stats = { expected: 3, unexpected: 0, flaky: 0, skipped: 0, duration: 50 }
  const suites = [{ ...inner, specs: [spec(100)], suites: [inner] }]
  expect(timePlaywright({ stats, errors: [], suites })).toEqual([
    { file: 'e2e/users.spec.ts', milliseconds: 139 },
  ])
})

it('the slowest come first, and at most ten of them', () => {
  const times = Array.from({ length: 12 }, (_, index) => ({
    file: `${index}.test.ts`,
    milliseconds: index * 1_000,
  }))
  const lines = formatSlowest(times).split('\n')
  expect(lines).toHaveLength(11)
  expect(lines[1]?.trim()).toBe('11.0 s  11.test.ts')
  expect(lines.at(-1)?.trim()).toBe('2.0 s  2.test.ts')
})
