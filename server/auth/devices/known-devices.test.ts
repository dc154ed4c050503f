// Which devices a user has signed in with, and which sign-ins cause a notice.

import { expect, test } from 'vitest'
import { deviceLifetimeMs } from '../../contract/device.ts'
import { makeRandomId } from '../../db/random-id.ts'
import { forEachEngine, insertUser, shareTestDatabase } from '../../testing/databases.ts'
import { openTestSessions } from '../../testing/test-sessions.ts'

const web = 'keycard-web'
const device = { address: null, userAgent: 'A browser' }

forEachEngine((engine) => {
  const database = shareTestDatabase(engine)

  test('the first sign-in of an account causes none, and a second browser does', async () => {
    const { start } = await openTestSessions(database())
    const first = await start('cookie')
    const second = await start('cookie')
    expect([first, second].map(({ session }) => session.isNewDevice)).toEqual([false, true])
    for (const { session } of [first, second]) {
      const again = await start('cookie', web, {
        device: { ...device, deviceId: session.deviceId ?? '' },
      })
      expect(again.session).toMatchObject({ deviceId: session.deviceId, isNewDevice: false })
    }
  })

  test('a device is known to the user who signed in with it, and to no other', async () => {
    const { start, knownDevices, userId } = await openTestSessions(database())
    const { deviceId } = (await start('cookie')).session
    const other = await insertUser(database())
    expect(await knownDevices.isKnown(userId, deviceId ?? '')).toBe(true)
    expect(await knownDevices.isKnown(other, deviceId ?? '')).toBe(false)
    expect(await knownDevices.isKnown(userId, makeRandomId())).toBe(false)
    expect(await knownDevices.isKnown(userId, undefined)).toBe(false)
  })

  test('a shared browser is new to each user who has signed in elsewhere before', async () => {
    const { start } = await openTestSessions(database())
    const { deviceId } = (await start('cookie')).session
    const userId = await insertUser(database())
    const there = { userId, device: { ...device, deviceId: deviceId ?? '' } }
    expect((await start('cookie', web, { userId })).session.isNewDevice).toBe(false)
    expect((await start('cookie', web, there)).session.isNewDevice).toBe(true)
    expect((await start('cookie', web, there)).session.isNewDevice).toBe(false)
  })

  test('a client without a cookie is known by its client id and user agent, or by having none', async () => {
    const { start } = await openTestSessions(database())
    const isNew = async (clientId: string, userAgent: string | null) =>
      (await start('bearer', clientId, { device: { address: null, userAgent } })).session
        .isNewDevice
    expect(await isNew('keycard-cli', 'curl/8')).toBe(false)
    expect(await isNew('keycard-cli', 'curl/8')).toBe(false)
    expect(await isNew('keycard-cli', 'curl/9')).toBe(true)
    expect(await isNew('keycard-web', 'curl/8')).toBe(true)
    expect(await isNew('keycard-cli', null)).toBe(true)
    expect(await isNew('keycard-cli', null)).toBe(false)
    // Two long ones that differ only beyond what a row stores are one.
    expect(await isNew('keycard-cli', 'x'.repeat(500))).toBe(true)
    expect(await isNew('keycard-cli', 'x'.repeat(501))).toBe(false)
  })

  test('a browser is not known by the user agent of a script, nor a script by that of a browser', async () => {
    for (const [first, second] of [
      ['bearer', 'cookie'],
      ['cookie', 'bearer'],
    ] as const) {
      const { start } = await openTestSessions(database())
      await start(first, web, { device })
      expect((await start(second, web, { device })).session.isNewDevice).toBe(true)
    }
  })

  test('of each user the twenty devices used last are known', async () => {
    const { start, knownDevices, userId, clock } = await openTestSessions(database())
    const ids: string[] = []
    for (let count = 0; count < 25; count++) {
      clock.advance(1)
      ids.push((await start('cookie')).session.deviceId ?? '')
    }
    const known = await Promise.all(ids.map((id) => knownDevices.isKnown(userId, id)))
    expect(known).toEqual([...Array(5).fill(false), ...Array(20).fill(true)])
  })

  test('a device is forgotten on request, or after 400 days', async () => {
    const { start, knownDevices, userId, clock } = await openTestSessions(database())
    const [one, other] = [(await start('cookie')).session, (await start('cookie')).session]
    const isKnown = (deviceId: string | null) => knownDevices.isKnown(userId, deviceId ?? '')
    await database().runAtomically([knownDevices.forget(userId, one.deviceId ?? '')])
    expect(await isKnown(one.deviceId)).toBe(false)
    clock.advance(deviceLifetimeMs - 1)
    expect(await isKnown(other.deviceId)).toBe(true)
    clock.advance(1)
    expect(await isKnown(other.deviceId)).toBe(false)
    await start('cookie')
    const rows = database().kysely.selectFrom('known_devices').where('user_id', '=', userId)
    expect(await rows.selectAll().execute()).toHaveLength(1)
  })
})
