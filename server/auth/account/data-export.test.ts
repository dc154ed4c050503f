// Exporting one's data: all of it, no one else's, and no secret in it.

import { expect, test } from 'vitest'
import {
  makeHolder,
  readAuditLog,
  type SignedIn,
  shareTestApp,
  someDevice,
} from '../../testing/account-holder.ts'
import { forEachEngine } from '../../testing/databases.ts'

forEachEngine((engine) => {
  const { app, clock } = shareTestApp(engine)
  const services = () => app().services

  const exportData = (by: SignedIn, currentPassword?: string, cursor?: string) =>
    services().exportData({ identity: by.identity, currentPassword, cursor, device: someDevice })

  test('it holds profile, sessions live and past, devices and activity, and no other’s', async () => {
    const { database, sessions, auditLog } = services()
    const [ada, bob] = [await makeHolder(services()), await makeHolder(services())]
    await bob.signIn()
    const [past, here] = [await ada.signIn(), await ada.signIn()]
    await sessions.end(past.identity.sessionId, 'signed_out')
    await database.kysely
      .insertInto('known_devices')
      .values({ user_id: ada.id, device_id: 'laptop', created_at_ms: 0, last_used_at_ms: 1 })
      .execute()
    await auditLog.record('user_enabled', { userId: ada.id, actorId: bob.id })

    const { user, ...data } = await exportData(here)
    expect(user).toMatchObject({ id: ada.id, username: ada.username })
    expect(data.exported_at).toBe(new Date(clock.now()).toISOString())
    const ended = data.sessions.map(({ id, ended_reason }) => [id, ended_reason])
    expect(ended).toHaveLength(2)
    expect(ended).toContainEqual([past.identity.sessionId, 'signed_out'])
    expect(ended).toContainEqual([here.identity.sessionId, null])
    expect(data.sessions[0]).toMatchObject({
      client_id: 'keycard-web',
      transport: 'bearer',
      persistent: false,
      address: someDevice.address,
      user_agent: someDevice.userAgent,
    })
    expect(data.devices).toEqual([
      {
        id: 'laptop',
        created_at: '1970-01-01T00:00:00.000Z',
        last_used_at: '1970-01-01T00:00:00.001Z',
      },
    ])
    expect(data.places).toHaveLength(1)
    expect(data.activity.map(({ event, by_another }) => [event, by_another]).sort()).toEqual([
      ['data_exported', false],
      ['user_enabled', true],
    ])
  })

  test('R65: it needs the password or a fresh sign-in, and is logged', async () => {
    const ada = await makeHolder(services())
    const here = await ada.signIn()
    clock.advance(6 * 60_000)
    await expect(exportData(here)).rejects.toMatchObject({ reason: 'reauthentication_required' })
    await expect(exportData(here, 'wrong')).rejects.toMatchObject({ reason: 'invalid_credentials' })
    expect(await readAuditLog(services(), ada.id)).not.toContain('data_exported')
    await expect(exportData(here, ada.password)).resolves.toBeDefined()
    expect(await readAuditLog(services(), ada.id)).toContain('data_exported')
  })

  test('a user with much data gets it in pages, each row once, and one notice of it', async () => {
    const { kysely } = services().database
    const ada = await makeHolder(services())
    const here = await ada.signIn()
    const events = 2_200
    for (let number = 0; number < events; number++) {
      await kysely
        .insertInto('audit_events')
        .values(makeEvent(ada.id, number, clock.now()))
        .execute()
    }

    const pages = [await exportData(here)]
    for (let cursor = pages[0]?.next_cursor; cursor; cursor = pages.at(-1)?.next_cursor) {
      pages.push(await exportData(here, undefined, cursor))
    }
    const rowCounts = pages.map(({ sessions, devices, places, activity }) => {
      return [sessions, devices, places, activity].map((list) => list.length)
    })
    // The sign-in, no device, its place; the entry of this very export is the newest of the activity.
    expect(rowCounts).toEqual([
      [1, 0, 1, 998],
      [0, 0, 0, 1_000],
      [0, 0, 0, 203],
    ])
    const times = pages.flatMap(({ activity }) => activity.map(({ at }) => at))
    expect(times).toEqual(times.toSorted().reverse())
    // Ten of each time, and the entry of this export.
    expect(new Set(times).size).toBe(events / 10 + 1)
    const log = await readAuditLog(services(), ada.id)
    expect(log.filter((event) => event === 'data_exported')).toHaveLength(1)
  })

  test('only a cursor that was handed out leads past the page that is logged', async () => {
    const { kysely } = services().database
    const [ada, bob] = [await makeHolder(services()), await makeHolder(services())]
    const [here, there] = [await ada.signIn(), await bob.signIn()]
    for (let number = 0; number < 1_001; number++) {
      await kysely
        .insertInto('audit_events')
        .values(makeEvent(bob.id, number, clock.now()))
        .execute()
    }
    const { next_cursor: bobs } = await exportData(there)
    const [list, createdAt, id] = bobs?.split('.') ?? []
    for (const cursor of [
      '',
      'activity.9.x',
      `activity.9.x.${'A'.repeat(43)}`,
      [list, createdAt, id, 'A'.repeat(43)].join('.'),
      bobs?.replace('activity', 'sessions'),
      bobs,
    ]) {
      await expect(exportData(here, undefined, cursor ?? '')).rejects.toMatchObject({
        reason: 'invalid_input',
        fields: [{ path: 'cursor', message: 'must be the next_cursor of the page before' }],
      })
    }
    expect(await readAuditLog(services(), ada.id)).not.toContain('data_exported')
  })
})

/** Before `now`, and not so long ago that the log forgets it. */
function makeEvent(userId: string, number: number, nowMs: number) {
  return {
    id: `${userId.slice(0, 8)}-${number}`,
    user_id: userId,
    event: 'profile_changed' as const,
    // Many at once: their ids decide.
    created_at_ms: nowMs - 60_000 + Math.floor(number / 10),
  }
}
