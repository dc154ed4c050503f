// Each sign-in and each end is logged: the change and its entry are one write.

import { expect, test } from 'vitest'
import { readAuditLog, shareTestApp, someDevice } from '../../testing/account-holder.ts'
import { forEachEngine } from '../../testing/databases.ts'

const password = 'seven quiet harbours at dawn'

forEachEngine((engine) => {
  const { app, clock } = shareTestApp(engine)
  const services = () => app().services

  const register = (username: string) =>
    services().register({
      username,
      password,
      email: null,
      fullName: null,
      client: services().clients.web,
      transport: 'bearer',
      device: someDevice,
    })
  const signIn = (username: string) =>
    services().passwordGrant({
      username,
      password,
      scope: undefined,
      client: services().clients.web,
      transport: 'bearer',
      device: someDevice,
    })
  async function identify({ access_token }: { access_token: string }) {
    const { identities } = services()
    return identities.requireUser(await identities.authenticateToken(access_token))
  }
  async function whileLogIsBroken(run: () => Promise<unknown>): Promise<void> {
    const { schema } = services().database.kysely
    await schema.alterTable('audit_events').renameTo('audit_events_gone').execute()
    try {
      await expect(run()).rejects.toThrow()
    } finally {
      await schema.alterTable('audit_events_gone').renameTo('audit_events').execute()
    }
  }

  test('R114: where a sign-up cannot be logged there is no account', async () => {
    await whileLogIsBroken(() => register('ada'))
    expect(await services().users.findByLogin('ada')).toBeUndefined()
    await expect(register('ada')).resolves.toBeDefined()
  })

  test('R114: where a sign-in cannot be logged there is no session', async () => {
    await register('grace')
    const user = await services().users.findByLogin('grace')
    const count = () => services().sessions.countLive(user?.id ?? '')
    const before = await count()
    await whileLogIsBroken(() => signIn('grace'))
    expect(await count()).toBe(before)
  })

  test('R114: where an end cannot be logged the session goes on', async () => {
    const { session } = await register('joan')
    const { session: second, tokens } = await signIn('joan')
    const { sessions, signOut, ownSessions } = services()
    const identity = await identify(tokens)
    const endFirst = () => ownSessions.end(identity, session.id, someDevice)
    await whileLogIsBroken(endFirst)
    await whileLogIsBroken(() => signOut.bySessionId(session.id))
    expect(await sessions.findLive(session.id)).toBeDefined()

    await endFirst()
    await signOut.bySessionId(second.id)
    expect(await sessions.countLive(session.userId)).toBe(0)
    const log = await readAuditLog(services(), session.userId)
    expect(log.map((entry) => entry.split(' ')[0]).sort()).toEqual([
      'registered',
      'session_ended',
      'signed_in',
      'signed_in',
      'signed_out',
    ])
  })

  test('R114: where "everywhere else" cannot be logged the others go on', async () => {
    const { session } = await register('rosa')
    const { tokens } = await signIn('rosa')
    const identity = await identify(tokens)
    await whileLogIsBroken(() => services().ownSessions.endOthers(identity, someDevice))
    expect(await services().sessions.findLive(session.id)).toBeDefined()
    expect(await services().ownSessions.endOthers(identity, someDevice)).toBe(1)
  })

  test('R114: where "it was me" cannot be logged the device stays unconfirmed', async () => {
    await register('mary')
    const { tokens } = await signIn('mary')
    clock.advance(1)
    const { session: strange } = await signIn('mary')
    const identity = await identify(tokens)
    const confirm = () => services().ownSessions.confirm(identity, strange.id, someDevice)
    const isNew = async () => (await services().sessions.findLive(strange.id))?.isNewDevice
    const before = await isNew()
    await whileLogIsBroken(confirm)
    expect(await isNew()).toBe(before)
    await confirm()
    expect(await isNew()).toBe(false)
  })

  test('R56, R114: a theft ends its session and is logged, both or neither', async () => {
    const { session, tokens } = await register('lise')
    const { sessions, clients } = services()
    const rotate = (refreshToken: string) =>
      sessions.rotate(refreshToken, {
        clientId: clients.web.id,
        transport: 'bearer',
        device: someDevice,
      })
    const stolen = tokens.refresh_token ?? ''
    await rotate((await rotate(stolen)).refreshToken)
    await whileLogIsBroken(() => rotate(stolen))
    expect(await sessions.findLive(session.id)).toBeDefined()

    await expect(rotate(stolen)).rejects.toThrow('not valid any more')
    expect(await sessions.findLive(session.id)).toBeUndefined()
    const log = await readAuditLog(services(), session.userId)
    expect(log.filter((entry) => entry.startsWith('refresh_token_reused'))).toHaveLength(1)
  })
})
