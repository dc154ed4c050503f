// What a user is told of what did not happen in front of him, and how long.

import { expect, test } from 'vitest'
import { type Holder, makeHolder, type SignedIn, shareTestApp } from '../../e2e/account-holder.ts'
import { forEachEngine } from '../../e2e/databases.ts'
import type { AuditEvent } from '../contract/audit-events.ts'

const day = 24 * 60 * 60_000

forEachEngine((engine) => {
  const { app, clock } = shareTestApp(engine)
  const services = () => app().services
  const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0'
  const laptop = { address: '192.0.2.1', userAgent }

  const kindsFor = async ({ identity }: SignedIn) =>
    (await services().securityNotices.list(identity)).map(({ kind }) => kind)

  const changesFor = async (signedIn: SignedIn) =>
    (await kindsFor(signedIn)).filter((kind) => kind !== 'new_device')

  /** Each a while after what was before. */
  function later(): void {
    clock.advance(60_000)
  }

  async function happen(event: AuditEvent, userId: string, by?: SignedIn, what?: string) {
    later()
    const sessionId = by?.identity.sessionId
    await services().auditLog.record(event, { userId, sessionId, what, device: laptop })
  }

  async function signInOn(deviceId: string, holder: Holder): Promise<SignedIn> {
    later()
    return holder.signIn(deviceId)
  }

  test('R97: another device hears of a change, and whose it was; the one that made it does not', async () => {
    const ada = await makeHolder(services())
    const here = await signInOn('laptop', ada)
    const phone = await signInOn('phone', ada)
    await happen('password_changed', ada.id, here)
    await happen('profile_changed', ada.id, here, 'email')
    await happen('profile_changed', ada.id, here, 'full_name')
    await happen('data_exported', ada.id, here)
    await happen('signed_out', ada.id, here)
    expect(await changesFor(here)).toEqual([])
    expect(await changesFor(phone)).toEqual(['data_exported', 'email_changed', 'password_changed'])
    const notices = await services().securityNotices.list(phone.identity)
    expect(notices[0]).toMatchObject({ deviceName: 'Firefox on Linux', address: '192.0.2.1' })

    // A new session of the same browser made it too.
    expect(await changesFor(await signInOn('laptop', ada))).toEqual([])
  })

  test('R97: a browser hears it at its next sign-in, once, whatever other browsers did since', async () => {
    const ada = await makeHolder(services())
    await signInOn('laptop', ada)
    const thief = await signInOn('thief', ada)
    await happen('password_changed', ada.id, thief)
    const again = await signInOn('thief', ada)
    await services().securityNotices.dismiss(again.identity, clock.now())

    expect(await changesFor(await signInOn('laptop', ada))).toEqual(['password_changed'])
    expect(await changesFor(await signInOn('laptop', ada))).toEqual([])
  })

  test('what was put away stays away in that browser, and what came after does not', async () => {
    const ada = await makeHolder(services())
    const here = await signInOn('laptop', ada)
    const phone = await signInOn('phone', ada)
    await happen('data_exported', ada.id, phone)
    const [shown] = await services().securityNotices.list(here.identity)
    await happen('password_changed', ada.id, phone)
    await services().securityNotices.dismiss(here.identity, shown?.atMs ?? 0)
    expect(await changesFor(here)).toEqual(['password_changed'])
    await services().securityNotices.dismiss(here.identity, clock.now() + day)
    expect(await changesFor(here)).toEqual([])
    await happen('password_changed', ada.id, phone)
    expect(await changesFor(here)).toEqual(['password_changed'])
    expect(await changesFor(await signInOn('laptop', ada))).toEqual(['password_changed'])
  })

  test('what an admin did is told without where the admin was', async () => {
    const [ada, boss] = [await makeHolder(services()), await makeHolder(services(), 'admin')]
    const here = await ada.signIn()
    later()
    await services().auditLog.record('password_set_by_admin', {
      userId: ada.id,
      actorId: boss.id,
      device: { address: '198.51.100.9', userAgent: 'the admin’s' },
    })
    expect(await services().securityNotices.list(here.identity)).toMatchObject([
      { kind: 'password_set_by_admin', address: null, deviceName: null },
    ])
  })

  test('a sign-in on a new device is told until it is recognised or over', async () => {
    const { sessions } = services()
    const ada = await makeHolder(services())
    const here = await signInOn('laptop', ada)
    expect(await kindsFor(here)).toEqual([])
    const phone = await signInOn('phone', ada)
    expect(await kindsFor(here)).toEqual(['new_device'])
    expect(await kindsFor(phone)).toEqual([])
    await sessions.confirmDevice(ada.id, phone.identity.sessionId, here.identity.sessionId)
    expect(await kindsFor(here)).toEqual([])
    const tablet = await signInOn('tablet', ada)
    expect(await kindsFor(here)).toEqual(['new_device'])
    await sessions.end(tablet.identity.sessionId, 'signed_out')
    expect(await kindsFor(here)).toEqual([])
  })

  test('nobody hears of others, of more than five things, or of what is a month old', async () => {
    const [ada, bob] = [await makeHolder(services()), await makeHolder(services())]
    const here = await ada.signIn()
    await happen('password_changed', bob.id)
    expect(await kindsFor(here)).toEqual([])
    for (let count = 1; count <= 7; count += 1) await happen('data_exported', ada.id)
    expect(await kindsFor(here)).toHaveLength(5)
    clock.advance(30 * day)
    expect(await kindsFor(await ada.signIn())).toEqual([])
  })
})
