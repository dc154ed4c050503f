// Nobody comes or goes unwritten: what happens at the doors and its entry are one write.

import { expect, test } from 'vitest'
import { readAuditLog, shareTestApp, someDevice } from '../../e2e/account-holder.ts'
import { forEachEngine } from '../../e2e/databases.ts'

const password = 'seven quiet harbours at dawn'

forEachEngine((engine) => {
  const { app } = shareTestApp(engine)
  const services = () => app().services

  const register = (username: string) =>
    services().register({
      username,
      password,
      email: null,
      fullName: null,
      client: services().clients.web,
      door: 'token',
      device: someDevice,
    })
  const signIn = (username: string) =>
    services().passwordGrant({
      username,
      password,
      scope: undefined,
      client: services().clients.web,
      door: 'token',
      device: someDevice,
    })
  async function whileLogIsBroken(run: () => Promise<unknown>): Promise<void> {
    const { schema } = services().database.kysely
    await schema.alterTable('audit_events').renameTo('audit_events_gone').execute()
    try {
      await expect(run()).rejects.toThrow()
    } finally {
      await schema.alterTable('audit_events_gone').renameTo('audit_events').execute()
    }
  }

  test('R114: where a sign-up cannot be written down there is no account', async () => {
    await whileLogIsBroken(() => register('ada'))
    expect(await services().users.findByLogin('ada')).toBeUndefined()
    await expect(register('ada')).resolves.toBeDefined()
  })

  test('R114: where a sign-in cannot be written down there is no session', async () => {
    await register('grace')
    const user = await services().users.findByLogin('grace')
    const count = () => services().sessions.countLive(user?.id ?? '')
    const before = await count()
    await whileLogIsBroken(() => signIn('grace'))
    expect(await count()).toBe(before)
  })

  test('R114: where an end cannot be written down the session goes on', async () => {
    const { session } = await register('joan')
    const { session: second, tokens } = await signIn('joan')
    const { identities, sessions, signOut, ownSessions } = services()
    const identity = identities.requireUser(await identities.judge(tokens.access_token))
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
})
