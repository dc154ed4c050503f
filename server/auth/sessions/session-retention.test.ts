// How long an ended session is kept; and that one call purges everything there is to purge.

import { expect, test } from 'vitest'
import { deviceLifetimeMs } from '../../contract/device.ts'
import { createChangeFeed } from '../../db/changes/change-feed.ts'
import { dayMs } from '../../db/clock.ts'
import { forEachEngine, openTestDatabase } from '../../testing/databases.ts'
import { openTestSessions } from '../../testing/test-sessions.ts'
import { purgeSessions } from './session-retention.ts'

forEachEngine((engine) => {
  test('a session is deleted AUDIT_LOG_DAYS after its absolute end; batch after batch, in one call', async () => {
    const database = await openTestDatabase(engine)
    const { start, row, clock } = await openTestSessions(database)
    const feed = createChangeFeed({ database, clock, onError: () => {} })
    feed.close()
    purgeSessions({ database, clock, feed, keepDays: 90 })
    const first = await start()
    const template = await row(first.session.id)
    for (let part = 0; part < 11; part++) {
      const copies = Array.from({ length: 500 }, (_, number) => ({
        ...template,
        id: `${part}-${number}`,
      }))
      await database.kysely.insertInto('sessions').values(copies).execute()
    }
    clock.advance(1)
    const last = await start()
    clock.advance(30 * dayMs + 90 * dayMs - 1)
    expect(await feed.purgeAll()).toEqual({ sessions: 0, known_devices: 0, known_places: 1 })
    clock.advance(1)
    expect(await feed.purgeAll()).toEqual({ sessions: 5_501, known_devices: 0, known_places: 0 })
    expect(await row(last.session.id)).toMatchObject({ id: last.session.id })
  })

  test('a device is forgotten 400 days after its last sign-in, though its user never comes', async () => {
    const database = await openTestDatabase(engine)
    const { start, clock } = await openTestSessions(database)
    const feed = createChangeFeed({ database, clock, onError: () => {} })
    feed.close()
    purgeSessions({ database, clock, feed, keepDays: 90 })
    const { session } = await start('cookie')
    const listDevices = () =>
      database.kysely.selectFrom('known_devices').select('device_id').execute()
    clock.advance(deviceLifetimeMs - 1)
    await feed.purgeAll()
    expect(await listDevices()).toEqual([{ device_id: session.deviceId }])
    clock.advance(1)
    await feed.purgeAll()
    expect(await listDevices()).toEqual([])
  })
})
