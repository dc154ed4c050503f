// How far a process may trust its memory: it is fresh, or it must ask the database, or it must refuse.

import { describe, expect, onTestFinished, test } from 'vitest'
import { createTestPlace, forEachEngine, openTestDatabase } from '../../testing/databases.ts'
import { operator } from '../../testing/operator.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { openProcess, opens, signIn } from '../../testing/test-processes.ts'
import { dayMs, systemClock } from '../clock.ts'
import { createChangeFeed, longestSilenceMs } from './change-feed.ts'

const minuteMs = 60_000

forEachEngine((engine) => {
  async function setUp() {
    const database = await openTestDatabase(engine)
    let nowMs = 0
    let readings = 0
    const feed = createChangeFeed({
      database,
      clock: systemClock,
      onError: () => {},
      monotonicNow: () => nowMs,
    })
    onTestFinished(() => feed.close())
    feed.follow({
      async refresh() {
        readings += 1
      },
    })
    return {
      feed,
      advance: (milliseconds: number) => {
        nowMs += milliseconds
      },
      countReadings: () => readings,
    }
  }

  test('for five seconds of silence memory is trusted, and nothing is asked', async () => {
    const { feed, advance } = await setUp()
    advance(longestSilenceMs)
    expect(feed.catchUpIfSilent()).toBeUndefined()
  })

  test('after that the database is asked, once for all callers, and then memory is trusted again', async () => {
    const { feed, advance, countReadings } = await setUp()
    advance(longestSilenceMs + 1)
    await Promise.all(Array.from({ length: 50 }, () => feed.catchUpIfSilent()))
    expect(countReadings()).toBeLessThanOrEqual(1)
    expect(feed.catchUpIfSilent()).toBeUndefined()
    expect(feed.silentForMs()).toBe(0)
  })

  test('a purge that does not end keeps no process from hearing what others wrote', async () => {
    const database = await openTestDatabase(engine)
    const clock = createTestClock()
    let nowMs = 0
    let purges = 0
    const feed = createChangeFeed({ database, clock, onError: () => {}, monotonicNow: () => nowMs })
    onTestFinished(() => feed.close())
    feed.follow({
      purge() {
        purges += 1
        return new Promise(() => {})
      },
    })
    clock.advance(60_000)
    await expect.poll(() => purges).toBe(1)
    clock.advance(60_000)
    nowMs += 1
    await expect.poll(() => feed.silentForMs()).toBe(0)
    expect(purges).toBe(1)
  })

  test('a clock that is put a year ahead deletes nothing for ten minutes, in which it can be corrected', async () => {
    const database = await openTestDatabase(engine)
    const clock = createTestClock()
    let nowMs = 0
    let purges = 0
    let putBack = 0
    const feed = createChangeFeed({
      database,
      clock,
      onError: () => {},
      monotonicNow: () => nowMs,
      distrustsClock: true,
    })
    onTestFinished(() => feed.close())
    feed.follow({
      async purge() {
        purges += 1
        return {}
      },
      async clockPutBack() {
        putBack += 1
      },
    })
    /** Both go on, and two polls have run. */
    async function pass(milliseconds: number): Promise<void> {
      clock.advance(milliseconds)
      nowMs += milliseconds
      for (let look = 0; look < 2; look++) {
        nowMs += 1
        await expect.poll(() => feed.silentForMs()).toBe(0)
      }
    }
    await pass(9 * minuteMs)
    expect(purges).toBe(0)
    await pass(2 * minuteMs)
    expect(purges).toBe(1)
    clock.advance(365 * dayMs)
    await pass(9 * minuteMs)
    expect(purges).toBe(1)
    clock.advance(-365 * dayMs)
    await expect.poll(() => putBack).toBe(1)
    await pass(11 * minuteMs)
    expect(purges).toBe(2)
  })
})

describe('on postgres', () => {
  test('a revocation wakes the other processes, without waiting for their poll', async () => {
    const place = await createTestPlace('postgres')
    onTestFinished(() => place.remove())
    const [one, other] = [await openProcess(place), await openProcess(place)]
    let calls = 0
    onTestFinished(
      other.database.onAnnouncement(() => {
        calls += 1
      }),
    )
    // The first call covers what may have been missed before it listened.
    await expect.poll(() => calls).toBe(1)
    await one.revocations.revoke([{ kind: 'session', subject: 'gone' }])
    await expect.poll(() => calls).toBe(2)
  })

  test('so does each change of an account, and of all sessions', async () => {
    const place = await createTestPlace('postgres')
    onTestFinished(() => place.remove())
    const [one, other] = [await openProcess(place), await openProcess(place)]
    const { userAdministration, users, clients } = one
    const { id } = (await users.findByLogin('johndoe')) ?? { id: '' }
    const robot = { name: 'Robot', isConfidential: true, isFirstParty: false }
    await clients.add({
      id: 'robot',
      ...robot,
      grants: ['client_credentials'],
      scopes: ['users:read'],
    })
    let calls = 0
    onTestFinished(
      other.database.onAnnouncement(() => {
        calls += 1
      }),
    )
    await expect.poll(() => calls).toBe(1)
    const changes = [
      () => userAdministration.setRole(id, 'admin', operator),
      () => userAdministration.setPassword(id, 'correct horse battery', operator),
      () => userAdministration.endSessions(id, operator),
      () => userAdministration.disable(id, operator),
      () => clients.remove('robot', operator),
    ]
    for (const change of changes) {
      const before = calls
      await change()
      await expect.poll(() => calls).toBeGreaterThan(before)
    }
  })

  test('when the database is gone, every token is refused within five seconds, with 503', async () => {
    const place = await createTestPlace('postgres')
    const services = await openProcess(place)
    const { access_token } = await signIn(services)
    await place.remove()
    // What touches no table goes on, until it is unknown who has signed out.
    expect(await opens(services, access_token)).toBe(true)
    const told = () => opens(services, access_token)
    await expect.poll(told).toBe('unavailable')
    expect(services.changeFeed.silentForMs()).toBeGreaterThan(longestSilenceMs)
  })
})
