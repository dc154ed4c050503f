// Taking one's data along: all of it, nobody else's, and no secret in it.

import { expect, test } from 'vitest'
import {
  makeHolder,
  readAuditLog,
  type SignedIn,
  shareTestApp,
  someDevice,
} from '../../e2e/account-holder.ts'
import { forEachEngine } from '../../e2e/databases.ts'

forEachEngine((engine) => {
  const { app, clock } = shareTestApp(engine)
  const services = () => app().services

  const exportData = (by: SignedIn, currentPassword?: string) =>
    services().exportData({ identity: by.identity, currentPassword, device: someDevice })

  test('it holds profile, sessions live and past, devices, activity and items, and no other’s', async () => {
    const { database, items, sessions, auditLog } = services()
    const [ada, bob] = [await makeHolder(services()), await makeHolder(services())]
    await bob.signIn()
    await items.create(bob.id, { title: 'Not Ada’s', description: '' })
    const [past, here] = [await ada.signIn(), await ada.signIn()]
    await sessions.end(past.identity.sessionId, 'signed_out')
    await items.create(ada.id, { title: 'Lamp', description: 'brass' })
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
      door: 'token',
      kept: false,
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
    expect(data.activity.map(({ event, by_another }) => [event, by_another]).sort()).toEqual([
      ['data_exported', false],
      ['user_enabled', true],
    ])
    expect(data.items).toMatchObject([{ title: 'Lamp', description: 'brass' }])
  })

  test('R65: it takes the password or a fresh sign-in, and is written down', async () => {
    const ada = await makeHolder(services())
    const here = await ada.signIn()
    clock.advance(6 * 60_000)
    await expect(exportData(here)).rejects.toMatchObject({ reason: 'reauthentication_required' })
    await expect(exportData(here, 'wrong')).rejects.toMatchObject({ reason: 'invalid_credentials' })
    expect(await readAuditLog(services(), ada.id)).not.toContain('data_exported')
    await expect(exportData(here, ada.password)).resolves.toBeDefined()
    expect(await readAuditLog(services(), ada.id)).toContain('data_exported')
  })
})
