// The database's clock as a process knows it, from answers that take their time.

import { expect, test } from 'vitest'
import { createObservedClock } from './observed-clock.ts'

/** In milliseconds: the database's clock, beside a monotonic one that begins anywhere. */
function setUp(aheadMs: number) {
  let nowMs = 5_000
  const clock = createObservedClock(() => nowMs)
  const databaseNow = () => Math.floor(nowMs + aheadMs)
  return {
    pass: (milliseconds: number) => {
      nowMs += milliseconds
    },
    /** How long a question and its answer are on their way. */
    ask(thereMs: number, backMs: number, setByMs = 0) {
      const sentAtMs = nowMs
      nowMs += thereMs
      const said = databaseNow() + setByMs
      nowMs += backMs
      clock.observe(said, sentAtMs)
    },
    offMs: () => clock.now() - databaseNow(),
  }
}

test('it is off by no more than the quickest answer took, however late others come', () => {
  const { ask, pass, offMs } = setUp(1_800_000_000_000)
  ask(900, 700)
  expect(Math.abs(offMs())).toBeLessThanOrEqual(1_600)
  ask(2, 1)
  expect(Math.abs(offMs())).toBeLessThanOrEqual(3)
  for (const [there = 0, back = 0] of [
    [1_500, 0],
    [0, 1_500],
    [40, 300],
  ])
    ask(there, back)
  expect(Math.abs(offMs())).toBeLessThanOrEqual(3)
  pass(86_400_000)
  expect(Math.abs(offMs())).toBeLessThanOrEqual(3)
})

test('it follows a clock that is set, forward and back, with the next answer', () => {
  const { ask, offMs } = setUp(1_800_000_000_000)
  ask(1, 1)
  for (const setByMs of [31_536_000_000, -60_000, 0]) {
    ask(1, 1, setByMs)
    expect(Math.abs(offMs() - setByMs)).toBeLessThanOrEqual(2)
  }
})
