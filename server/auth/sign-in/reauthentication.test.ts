// A proof of who the user is: what counts as one, for how long, and for which session.

import { expect, test } from 'vitest'
import { makeHolder, readAuditLog, shareTestApp, someDevice } from '../../testing/account-holder.ts'
import { forEachEngine } from '../../testing/databases.ts'
import type { UserIdentity } from '../tokens/identity.ts'

const minuteMs = 60_000

forEachEngine((engine) => {
  const { app, clock } = shareTestApp(engine)
  const device = someDevice
  const reauthentication = () => app().services.reauthentication

  const isAsked = (identity: UserIdentity) =>
    reauthentication()
      .require({ identity, currentPassword: undefined, device })
      .then(
        () => false,
        (error) => {
          expect(error).toMatchObject({ reason: 'reauthentication_required' })
          return true
        },
      )

  test('R65: a sign-in counts five minutes, and a refresh does not renew it', async () => {
    const ada = await makeHolder(app().services)
    const { identity, refreshToken } = await ada.signIn()
    clock.advance(5 * minuteMs)
    expect(await isAsked(identity)).toBe(false)
    clock.advance(1)
    const holder = { clientId: 'keycard-web', transport: 'bearer', device: someDevice } as const
    await app().services.sessions.rotate(refreshToken, holder)
    expect(await isAsked(identity)).toBe(true)
  })

  test('R65, R114: a proof counts five minutes for its session only, and is logged', async () => {
    const ada = await makeHolder(app().services)
    const [here, elsewhere] = [await ada.signIn(), await ada.signIn()]
    clock.advance(6 * minuteMs)
    const proof = { method: 'password', password: ada.password } as const
    await reauthentication().prove({ identity: here.identity, proof, device })
    expect(await readAuditLog(app().services, ada.id)).toEqual(['reauthenticated password'])
    clock.advance(5 * minuteMs)
    expect(await isAsked(here.identity)).toBe(false)
    expect(await isAsked(elsewhere.identity)).toBe(true)
    clock.advance(1)
    expect(await isAsked(here.identity)).toBe(true)
  })

  test('R65: the password that came with one change counts for the next, and a wrong one for none', async () => {
    const ada = await makeHolder(app().services)
    const { identity } = await ada.signIn()
    clock.advance(6 * minuteMs)
    const wrong = { identity, currentPassword: 'not it', device }
    await expect(reauthentication().require(wrong)).rejects.toMatchObject({
      reason: 'invalid_credentials',
    })
    const proof = { method: 'password', password: 'not it' } as const
    await expect(reauthentication().prove({ identity, proof, device })).rejects.toMatchObject({
      reason: 'invalid_credentials',
    })
    expect(await isAsked(identity)).toBe(true)
    await reauthentication().require({ identity, currentPassword: ada.password, device })
    expect(await isAsked(identity)).toBe(false)
  })

  test('R65: a date that a wrong clock has put in the next year proves nothing, nor does an ended session', async () => {
    const { services } = app()
    const ada = await makeHolder(services)
    const { identity } = await ada.signIn()
    const { sessionId } = identity
    const date = (proved_at_ms: number) =>
      services.database.kysely
        .updateTable('sessions')
        .set({ proved_at_ms })
        .where('id', '=', sessionId)
        .execute()
    await date(clock.now() + 365 * 24 * 60 * minuteMs)
    expect(await isAsked(identity)).toBe(true)
    await date(clock.now())
    expect(await isAsked(identity)).toBe(false)
    await services.sessions.end(sessionId, 'signed_out')
    expect(await isAsked(identity)).toBe(true)
  })
})
