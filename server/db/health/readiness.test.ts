// Whether a process is ready for requests, as far as it hears of the others (R115).

import { expect, onTestFinished, test } from 'vitest'
import { openTestDatabase } from '../../testing/databases.ts'
import { createChangeFeed, longestSilenceMs } from '../changes/change-feed.ts'
import { systemClock } from '../clock.ts'
import { createReadiness } from './readiness.ts'

test('R115: a process that hears nothing of the others for longer than five seconds is not ready', async () => {
  const database = await openTestDatabase('sqlite')
  let nowMs = 0
  const changeFeed = createChangeFeed({
    database,
    clock: systemClock,
    onError: () => {},
    monotonicNow: () => nowMs,
  })
  onTestFinished(() => changeFeed.close())
  const readiness = createReadiness({ database, changeFeed, machineClock: systemClock })
  nowMs += longestSilenceMs
  expect(await readiness()).toEqual({ database: 'ok', changes: 'ok', clock: 'ok' })
  nowMs += 1_000
  expect((await readiness()).changes).toBe('nothing heard of other processes for 6 s')
})
