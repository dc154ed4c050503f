// The clock is a year ahead for a minute, and then right: no user is locked out, and nothing lives
// a year longer.

import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { createTestPlace, forEachEngine } from '../../testing/databases.ts'
import { openTestApp } from '../../testing/test-app.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { dayMs } from '../clock.ts'

const yearMs = 365 * dayMs

forEachEngine((engine) => {
  test('an instant that a wrong clock dated a year ahead counts as now', async () => {
    const place = await createTestPlace(engine)
    const clock = createTestClock()
    const { app, services, close } = await openTestApp({
      clock,
      env: { DATABASE_URL: place.url ?? '', MASTER_KEY: randomBytes(32).toString('base64') },
    })
    onTestFinished(async () => {
      await close()
      await place.remove()
    })
    const { kysely } = services.database
    const signIn = () =>
      app.inject({
        method: 'POST',
        url: '/trpc/auth.login',
        headers: { origin: services.config.publicUrl },
        payload: { username: 'johndoe', password: 'secret', remember_me: true },
      })
    const largest = async (table: 'sessions' | 'known_devices', column: 'last_used_at_ms') => {
      const row = await kysely
        .selectFrom(table)
        .select(({ fn }) => fn.max<number>(column).as('at_ms'))
        .executeTakeFirstOrThrow()
      return Number(row.at_ms) - clock.now()
    }

    // The minute's housekeeping is due in that year: then the feed has seen it.
    const isSeen = new Promise<void>((resolve) => {
      services.changeFeed.follow({
        async purge() {
          resolve()
          return {}
        },
      })
    })
    clock.advance(yearMs)
    expect((await signIn()).statusCode).toBe(200)
    await isSeen
    clock.advance(-yearMs)
    await expect.poll(() => largest('sessions', 'last_used_at_ms')).toBe(0)
    await expect.poll(() => largest('known_devices', 'last_used_at_ms')).toBe(0)
    const session = await kysely.selectFrom('sessions').selectAll().executeTakeFirstOrThrow()
    expect(session.idle_expires_at_ms).toBe(clock.now() + 14 * dayMs)
    expect(session.expires_at_ms).toBe(clock.now() + 30 * dayMs)
    const readLast = async () => {
      const [event] = await kysely
        .selectFrom('audit_events')
        .select('created_at_ms')
        .orderBy('created_at_ms', 'desc')
        .execute()
      const user = await services.users.findByLogin('johndoe')
      return { event: event?.created_at_ms, seen: user?.lastSeenAtMs }
    }
    await expect.poll(readLast).toEqual({ event: clock.now(), seen: clock.now() })
    expect((await signIn()).statusCode).toBe(200)
  })
})
