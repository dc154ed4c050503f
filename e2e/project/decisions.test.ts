// The decision records and their index.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { indexFile, readDecision, readDecisions, writeIndex } from './decisions.ts'

/** Numbers below 1000; a builder's records may have any form. */
const own = readDecisions().filter(({ number }) => number < '1000')

it('each of our records has its date and its status', () => {
  expect(own.length).toBeGreaterThan(40)
  const silent = own.filter(
    ({ date, status }) => !date || !/^(accepted|replaced)/.test(status ?? ''),
  )
  expect(silent.map(({ file }) => file)).toEqual([])
})

it('a record without that line is found', () => {
  expect(readDecision('0001-a.md', '# A\n\n2026-11-21 · accepted\n\n## Context\n').date).toBe(
    '2026-11-21',
  )
  expect(readDecision('0001-a.md', '# A\n\n## Context\n').date).toBeUndefined()
})

it('the index has a row for each of them', () => {
  const index = readFileSync(indexFile, 'utf8')
  const rows = writeIndex(own)
    .split('\n')
    .filter((line) => line.startsWith('| ['))
  const missing = rows.filter((row) => !index.includes(row))
  expect(missing, 'docs/decisions/README.md is out of date: npm run docs').toEqual([])
})
