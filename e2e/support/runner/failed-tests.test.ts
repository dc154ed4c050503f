// What failed stands at the end of a run, with why.

import { expect, it } from 'vitest'
import { formatFailed, listFailedPlaywright, listFailedVitest } from './failed-tests.ts'
import type { PlaywrightReport, VitestReport } from './reports.ts'

function reportFile(part: Partial<VitestReport['testResults'][number]>) {
  return {
    name: '/repo/server/a.test.ts',
    status: 'failed',
    startTime: 1,
    endTime: 2,
    assertionResults: [],
    ...part,
  }
}

it('names each failed test of vitest, and a file that could not be loaded', () => {
  const failedTest = { status: 'failed', fullName: 'adds', failureMessages: ['expected 3'] }
  const passedTest = { status: 'passed', fullName: 'subtracts' }
  const testResults = [
    reportFile({ assertionResults: [failedTest, passedTest] }),
    reportFile({ name: '/repo/server/b.test.ts', message: 'no such module' }),
    reportFile({
      name: '/repo/server/c.test.ts',
      status: 'passed',
      assertionResults: [passedTest],
    }),
  ]
  expect(listFailedVitest({ testResults }, '/repo')).toEqual([
    { name: 'server/a.test.ts › adds', message: 'expected 3' },
    { name: 'server/b.test.ts', message: 'no such module' },
  ])
})

it('names each failed test of Playwright, also one that passed on a retry, and errors outside', () => {
  const runTest = (status: string, ...messages: string[]) => ({
    status,
    results: [{ duration: 1, errors: messages.map((message) => ({ message })) }],
  })
  const report: PlaywrightReport = {
    stats: { expected: 1, unexpected: 1, flaky: 1, skipped: 0, duration: 5 },
    errors: [{ message: 'teardown' }],
    suites: [
      {
        title: 'a.spec.ts',
        file: 'a.spec.ts',
        specs: [{ title: 'signs in', tests: [runTest('expected')] }],
        suites: [
          {
            title: 'offline',
            file: 'a.spec.ts',
            specs: [
              { title: 'waits', tests: [runTest('unexpected', 'timed out')] },
              { title: 'retries', tests: [runTest('flaky', 'too early')] },
            ],
          },
        ],
      },
    ],
  }
  expect(listFailedPlaywright(report)).toEqual([
    { name: 'e2e/a.spec.ts › offline › waits', message: 'timed out' },
    { name: 'e2e/a.spec.ts › offline › retries', message: 'too early' },
    { name: 'outside of the tests', message: 'teardown' },
  ])
})

it('shows the first lines of a message without colours, and nothing where all passed', () => {
  const message = ['\u001b[31mred\u001b[39m', ...Array.from({ length: 13 }, (_, n) => `line ${n}`)]
  const text = formatFailed([{ name: 'a.test.ts › adds', message: message.join('\n') }])
  expect(text).toMatch(/^Failed\n\n {2}a\.test\.ts › adds\n {4}red\n {4}line 0\n/)
  expect(text).toContain('    line 10\n    … 2 more lines above\n')
  expect(formatFailed([])).toBe('')
})
