// What is left of sessions that are over and of devices that nobody uses: nothing, in time.

import { expect, test } from 'vitest'
import { forEachEngine, openTestDatabase } from '../../e2e/databases.ts'
import { stillFeed } from '../../e2e/still-feed.ts'
import { openTestSessions } from '../../e2e/test-sessions.ts'
import type { Follower } from './change-feed.ts'
import { deviceLifetimeMs } from './known-devices.ts'
import { purgeSessions } from './session-retention.ts'
import { sessionLifetimes } from './sessions.ts'

const keepDays = 90
const keepMs = keepDays * 24 * 60 * 60_000

forEachEngine((engine) => {
  async function setUp() {
    const database = await openTestDatabase(engine)
    const held = await openTestSessions(database)
    const followers: Follower[] = []
    const feed = { ...stillFeed, follow: (follower: Follower) => void followers.push(follower) }
    purgeSessions({ database, clock: held.clock, feed, keepDays })
    return {
      ...held,
      purge: () => Promise.all(followers.map((follower) => follower.purge?.())),
      listSessions: () => database.kysely.selectFrom('sessions').select('id').execute(),
      listDevices: () => database.kysely.selectFrom('known_devices').select('device_id').execute(),
    }
  }

  test('a session is kept for AUDIT_LOG_DAYS after its absolute expiry, ended or not', async () => {
    const { clock, sessions, start, purge, listSessions } = await setUp()
    await sessions.end((await start()).session.id, 'signed_out')
    await start()
    clock.advance(1)
    const { session: last } = await start()
    clock.advance(sessionLifetimes.token.absoluteMs + keepMs - 1)
    await purge()
    expect(await listSessions()).toHaveLength(3)
    clock.advance(1)
    await purge()
    expect(await listSessions()).toEqual([{ id: last.id }])
  })

  test('a device is forgotten 400 days after its last sign-in, though its user never comes', async () => {
    const { clock, start, purge, listDevices } = await setUp()
    const { session } = await start('browser')
    clock.advance(deviceLifetimeMs - 1)
    await purge()
    expect(await listDevices()).toEqual([{ device_id: session.deviceId }])
    clock.advance(1)
    await purge()
    expect(await listDevices()).toEqual([])
  })
})
