// How long the database was out, within any given period.

import { expect, test } from 'vitest'
import { createDatabaseOutages, shortestOutageMs } from './database-outages.ts'

function setUp() {
  let nowMs = 1_000_000
  const outages = createDatabaseOutages(() => nowMs)
  const pass = (milliseconds: number) => {
    nowMs += milliseconds
  }
  /** As the feed does: an answer at each poll. */
  const answerFor = (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 250) {
      pass(250)
      outages.heard()
    }
  }
  return { outages, pass, answerFor }
}

test('a database that answers is never out, however long the period', () => {
  const { outages, answerFor } = setUp()
  answerFor(60_000)
  expect(outages.outMsWithin(60_000)).toBe(0)
  expect(outages.silentForMs()).toBe(0)
})

test('an outage counts while it lasts and afterwards, and a shorter silence is none', () => {
  const { outages, pass, answerFor } = setUp()
  pass(shortestOutageMs - 1)
  expect(outages.outMsWithin(60_000)).toBe(0)
  outages.heard()
  pass(40_000)
  expect(outages.outMsWithin(60_000)).toBe(40_000)
  outages.heard()
  answerFor(5_000)
  expect(outages.outMsWithin(60_000)).toBe(40_000)
})

test('only the part of an outage within the period counts, and several add up', () => {
  const { outages, pass, answerFor } = setUp()
  pass(40_000)
  outages.heard()
  answerFor(5_000)
  expect(outages.outMsWithin(15_000)).toBe(10_000)
  expect(outages.outMsWithin(4_000)).toBe(0)
  pass(3_000)
  expect(outages.outMsWithin(15_000)).toBe(3_000 + 7_000)
})
