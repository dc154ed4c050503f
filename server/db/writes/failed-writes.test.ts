// Failed writes: an outage is the time between them, and ends with a write that succeeds.

import { expect, test } from 'vitest'
import { AppError } from '../../contract/app-error.ts'
import { createDatabaseOutages, lengthSince } from '../changes/database-outages.ts'
import { createFailedWrites, longestPauseMs, mostOutages } from './failed-writes.ts'

function setUp() {
  let nowMs = 1_000_000
  const pass = (milliseconds: number) => {
    nowMs += milliseconds
  }
  const { watch, outages } = createFailedWrites(() => nowMs)
  const lastFor = (milliseconds: number, reason: 'unavailable' | 'invalid_grant') => async () => {
    pass(milliseconds)
    throw new AppError(reason, 'told to the caller')
  }
  return {
    pass,
    watch,
    outages,
    now: () => nowMs,
    async fail(milliseconds: number, reason: 'unavailable' | 'invalid_grant' = 'unavailable') {
      const refused = watch(lastFor(milliseconds, reason))
      await expect(refused).rejects.toThrow('told to the caller')
    },
  }
}

test('from the first failure to the last one it is one outage, with its pauses', async () => {
  const { fail, pass, outages, now } = setUp()
  const fromMs = now()
  await fail(1_500)
  pass(longestPauseMs)
  await fail(1_500)
  const toMs = now()
  pass(60_000)
  expect(outages()).toEqual([{ fromMs, toMs }])
  await fail(1_500)
  expect(outages()).toHaveLength(2)
})

test('a write that succeeds ends it; where there was nothing to write it goes on', async () => {
  const { fail, pass, watch, outages } = setUp()
  await fail(1_000)
  pass(5_000)
  expect(await watch(async () => undefined)).toBeUndefined()
  await fail(1_000)
  expect(outages()).toHaveLength(1)
  expect(await watch(async () => 'written')).toBe('written')
  await fail(1_000)
  expect(outages()).toHaveLength(2)
})

test('an error of another kind is not an outage, and neither is one of a hundred outages ago', async () => {
  const { fail, pass, outages } = setUp()
  await fail(1_000, 'invalid_grant')
  expect(outages()).toEqual([])
  for (let count = 0; count <= mostOutages; count++) {
    await fail(1_000)
    pass(longestPauseMs + 1)
  }
  expect(outages()).toHaveLength(mostOutages)
})

test('time in which the database was silent and accepted no writes counts once', async () => {
  let nowMs = 0
  const { watchWrite, heard, outMsWithin } = createDatabaseOutages(() => nowMs)
  const failed = watchWrite(async () => {
    nowMs += 20_000
    throw new AppError('unavailable', 'later')
  })
  await expect(failed).rejects.toThrow('later')
  nowMs += 10_000
  heard()
  nowMs += 1_000
  expect(outMsWithin(60_000)).toBe(30_000)
  expect(outMsWithin(16_000)).toBe(15_000)
  const outages = [
    { fromMs: 5, toMs: 9 },
    { fromMs: 0, toMs: 6 },
    { fromMs: 20, toMs: 21 },
  ]
  expect(lengthSince(-100, outages)).toBe(10)
  expect(lengthSince(8, outages)).toBe(2)
})
