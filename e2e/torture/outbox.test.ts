// The short form of `npm run torture -- outbox`.

import { expect, test } from 'vitest'
import { killWhileSending } from './outbox.ts'

test('a process that is killed while it sends mail loses none, and repeats only what it had not noted', async () => {
  const { written, lost, duplicates, inWindow } = await killWhileSending(1)
  expect([written, lost]).toEqual([20, 0])
  expect(duplicates).toBeLessThanOrEqual(inWindow)
})
