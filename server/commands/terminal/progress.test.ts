// The progress line: silent for a short act, rewritten in place at a terminal, and plain lines in a log.

import { expect, test } from 'vitest'
import { withProgress } from './progress.ts'

/** What is written in so many seconds at 3,000 rows a second. */
async function watch(isTTY: boolean, seconds: number): Promise<string> {
  let nowMs = 0
  let written = ''
  const output = { isTTY, write: (text: string) => (written += text) }
  await withProgress(
    'Sessions ended',
    async (onProgress) => {
      for (let rows = 300; nowMs < seconds * 1_000; rows += 300) {
        nowMs += 100
        onProgress(rows)
      }
    },
    { output, monotonicNow: () => nowMs },
  )
  return written
}

test('an act that takes less than a second prints nothing', async () => {
  expect([await watch(true, 0.9), await watch(false, 0.9)]).toEqual(['', ''])
})

test('a log gets a plain line now and then', async () => {
  expect(await watch(false, 12)).toBe('Sessions ended: 3,000 …\nSessions ended: 33,000 …\n')
})

test('at a terminal it is one line, which is finished before the answer', async () => {
  expect(await watch(true, 1.4)).toBe(
    '\rSessions ended: 3,000 …\rSessions ended: 3,600 …\rSessions ended: 4,200 …\n',
  )
})
