// Right passwords take turns: none is refused, however many arrive at once.

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { forgiveFailures } from '../testing/forgive-failures.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'
import { createTestClock } from '../testing/test-clock.ts'

let keycard: TestApp
let other: TestApp
beforeAll(async () => {
  // With cheap hashes: one ends between the statements of another, as on a busy machine.
  keycard = await openTestApp({ clock: createTestClock() })
  other = await openTestApp({ env: { SIGN_IN_FAILURES_PER_ADDRESS: '3' } })
})
afterEach(() => Promise.all([forgiveFailures(keycard.services), forgiveFailures(other.services)]))
afterAll(() => Promise.all([keycard.close(), other.close()]))

function signIn({ app }: TestApp, username: string, password: string, remoteAddress: string) {
  return app.inject({
    method: 'POST',
    url: '/token',
    remoteAddress,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ username, password }).toString(),
  })
}

/** Like an honest client: told to try again later, it does. */
async function signInPatiently(...args: Parameters<typeof signIn>): Promise<number> {
  for (;;) {
    const { statusCode, headers } = await signIn(...args)
    if (statusCode !== 503) return statusCode
    const seconds = Number(headers['retry-after'])
    expect(seconds).toBeGreaterThanOrEqual(1)
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  }
}

const countOf = (statuses: number[], status: number) =>
  statuses.filter((one) => one === status).length

test('six right passwords of one account at once are all accepted, also after four wrong ones', async () => {
  for (let count = 0; count < 4; count++) {
    expect((await signIn(keycard, 'johndoe', 'wrong', '192.0.2.1')).statusCode).toBe(401)
  }
  const six = Array.from({ length: 6 }, () =>
    signInPatiently(keycard, 'johndoe', 'secret', '192.0.2.1'),
  )
  expect(await Promise.all(six)).toEqual(Array(6).fill(200))
})

test('two dozen of one account behind one address are all accepted, some of them later', async () => {
  const many = Array.from({ length: 24 }, () =>
    signInPatiently(keycard, 'johndoe', 'secret', '192.0.2.2'),
  )
  expect(countOf(await Promise.all(many), 200)).toBe(24)
})

test('an office with one failure left in its window gets in, account by account', async () => {
  const office = '192.0.2.3'
  const statusOf = async (username: string, password: string) =>
    (await signIn(other, username, password, office)).statusCode
  for (const nobody of ['nobody-1', 'nobody-2']) expect(await statusOf(nobody, 'wrong')).toBe(401)
  const clerks = Array.from({ length: 12 }, (_unused, index) =>
    index % 2 === 0
      ? signInPatiently(other, 'johndoe', 'secret', office)
      : signInPatiently(other, 'admin', 'admin-secret', office),
  )
  expect(await Promise.all(clerks)).toEqual(Array(12).fill(200))
  expect(await statusOf('nobody-3', 'wrong')).toBe(401)
  expect(await statusOf('nobody-4', 'wrong')).toBe(429)
})

test('R101: as many wrong passwords are checked as ever when they come at once', async () => {
  const guesses = Array.from({ length: 20 }, async () => {
    const { statusCode } = await signIn(keycard, 'admin', 'wrong', '192.0.2.4')
    return statusCode
  })
  const statuses = await Promise.all(guesses)
  expect(countOf(statuses, 401)).toBe(5)
  expect(countOf(statuses, 429) + countOf(statuses, 503)).toBe(15)
})

test('one account that signs in without a pause keeps no other account out', async () => {
  const { passwords } = keycard.services
  let isOver = false
  const greedy = Promise.all(
    Array.from({ length: 80 }, async () => {
      while (!isOver) await signIn(keycard, 'johndoe', 'secret', '192.0.2.5')
    }),
  )
  while (passwords.stats().waiting < 10) await new Promise((resolve) => setImmediate(resolve))
  const before = passwords.stats().completed
  const { statusCode } = await signIn(keycard, 'admin', 'admin-secret', '192.0.2.6')
  const servedMeanwhile = passwords.stats().completed - before
  isOver = true
  await greedy
  expect(statusCode).toBe(200)
  // First come, first served would have taken every waiting place.
  expect(servedMeanwhile).toBeLessThan(10)
})
