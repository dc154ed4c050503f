// What users hear of changes that others made to their account, and for how long.

import { describe, expect, test } from 'vitest'
import { AppError } from '../../contract/app-error.ts'
import type { AuditEvent } from '../../contract/audit-events.ts'
import type { Device } from '../../contract/device.ts'
import { scopesOfRole } from '../../contract/scopes.ts'
import {
  type Holder,
  makeHolder,
  type SignedIn,
  shareTestApp,
} from '../../testing/account-holder.ts'
import { forEachEngine } from '../../testing/databases.ts'

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

  /** Each a while after the one before. */
  function later(): void {
    clock.advance(60_000)
  }

  async function happen(event: AuditEvent, userId: string, by?: SignedIn, what?: string) {
    later()
    const sessionId = by?.identity.sessionId
    await services().auditLog.record(event, { userId, sessionId, what, device: laptop })
  }

  /** As a grant does it once the password was right. */
  async function signInOn(deviceId: string, { id }: Holder): Promise<SignedIn> {
    later()
    const { users, clients, startSession, identities } = services()
    const user = await users.findById(id)
    if (!user) throw new Error('There is no such user')
    const client = clients.web
    const device = { ...laptop, deviceId }
    const scopes = scopesOfRole.user
    const { tokens } = await startSession({ user, scopes, client, transport: 'cookie', device })
    const identity = identities.requireUser(await identities.authenticateToken(tokens.access_token))
    return { identity, accessToken: tokens.access_token, refreshToken: tokens.refresh_token }
  }

  test('R97: another device hears of a change, and who made it; the one that made it does not', async () => {
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

  test('R97: a change by a copy of its session is shown in that very browser too', async () => {
    const ada = await makeHolder(services())
    const here = await signInOn('laptop', ada)
    const { sessions, clients } = services()
    const refresh = (refreshToken: string, device: Device) =>
      sessions.rotate(refreshToken, { clientId: clients.web.id, transport: 'cookie', device })
    const own = { ...laptop, deviceId: 'laptop' }
    const stolen = here.refreshToken
    await refresh(stolen, own)
    later()
    await refresh(stolen, { ...own, address: '198.51.100.9' })
    expect(await changesFor(here)).toEqual(['refreshed_elsewhere'])
    await expect(
      refresh(stolen, { address: '198.51.100.9', userAgent: 'curl/8' }),
    ).rejects.toThrow()
    const again = await signInOn('laptop', ada)
    expect(await changesFor(again)).toEqual(['token_copied', 'refreshed_elsewhere'])
    const [notice] = await services().securityNotices.list(again.identity)
    expect(notice).toMatchObject({ deviceName: 'curl', address: '198.51.100.9' })
    later()
    await services().securityNotices.dismiss(again.identity, clock.now())
    expect(await changesFor(again)).toEqual([])
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

  test('a dismissed notice stays away in that browser, and later ones are shown', async () => {
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

  test('a change by an admin is shown without where the admin was', async () => {
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

  describe('R97: a sign-in on a new device', () => {
    async function setUp() {
      const ada = await makeHolder(services())
      const here = await signInOn('laptop', ada)
      expect(await kindsFor(here)).toEqual([])
      const thief = await signInOn('thief', ada)
      expect(await kindsFor(thief)).toEqual([])
      return { ada, here, thief }
    }

    const end = ({ identity }: SignedIn, { identity: { sessionId } }: SignedIn) =>
      services().ownSessions.end(identity, sessionId, laptop)
    const confirm = ({ identity }: SignedIn, { identity: { sessionId } }: SignedIn) =>
      services().ownSessions.confirm(identity, sessionId, laptop)

    test('is shown with its place until an older session has answered for it', async () => {
      const { ada, here, thief } = await setUp()
      expect(await services().securityNotices.list(here.identity)).toMatchObject([
        {
          kind: 'new_device',
          address: '192.0.2.1',
          deviceName: 'Firefox on Linux',
          newDeviceSessionId: thief.identity.sessionId,
          mayConfirm: true,
        },
      ])
      // A younger session shows it as well, and cannot answer.
      const younger = await signInOn('desk', ada)
      expect(await services().securityNotices.list(younger.identity)).toMatchObject([
        { newDeviceSessionId: thief.identity.sessionId, mayConfirm: false },
      ])
      await end(here, younger)
      await confirm(here, thief)
      expect(await kindsFor(here)).toEqual([])
      const tablet = await signInOn('tablet', ada)
      expect(await kindsFor(here)).toEqual(['new_device'])
      await end(here, tablet)
      expect(await kindsFor(here)).toEqual([])
    })

    test.each<[string, (thief: SignedIn, second: SignedIn) => Promise<unknown>]>([
      ['signs out', (thief) => end(thief, thief)],
      ['ends the first of two sessions', (thief, second) => end(second, thief)],
      ['ends both', (thief, second) => end(second, thief).then(() => end(second, second))],
      ['confirms it from the second', (thief, second) => confirm(second, thief)],
      ['confirms it from itself', (thief) => confirm(thief, thief)],
      [
        'ends all others',
        (_thief, { identity }) => services().ownSessions.endOthers(identity, laptop),
      ],
      [
        'puts the notices away',
        (_thief, { identity }) => services().securityNotices.dismiss(identity, clock.now()),
      ],
    ])('is shown although it %s', async (_name, silence) => {
      const { ada, here, thief } = await setUp()
      const second = await signInOn('thief', ada)
      // A refused answer has no effect either.
      await silence(thief, second).catch((error) => expect(error).toBeInstanceOf(AppError))
      const isHere = await services().sessions.findLive(here.identity.sessionId)
      if (isHere) expect(await kindsFor(here)).toEqual(['new_device'])
      expect(await kindsFor(await signInOn('laptop', ada))).toEqual(['new_device'])
    })

    test('is shown again for a device that was known before the password changed', async () => {
      const { ada, here, thief } = await setUp()
      await confirm(here, thief)
      await signInOn('thief', ada)
      expect(await kindsFor(here)).toEqual([])
      later()
      await services().changePassword({
        identity: here.identity,
        currentPassword: ada.password,
        newPassword: 'seven quiet harbours at dawn',
        device: { ...laptop, deviceId: 'laptop' },
      })
      await signInOn('thief', ada)
      expect(await kindsFor(here)).toEqual(['new_device'])
    })

    test('that no session can confirm any more is dismissed in each browser, and ends with the month', async () => {
      const { ada, here, thief } = await setUp()
      await end(thief, thief)
      await end(here, here)
      const back = await signInOn('laptop', ada)
      expect(await kindsFor(back)).toEqual(['new_device'])
      await services().securityNotices.dismiss(back.identity, clock.now())
      expect(await kindsFor(back)).toEqual([])
      expect(await kindsFor(await signInOn('tablet', ada))).toContain('new_device')
      clock.advance(30 * day)
      expect(await kindsFor(await signInOn('laptop', ada))).toEqual([])
    })

    test('a session that a wrong clock has dated next year silences nothing', async () => {
      const { ada, here } = await setUp()
      const { kysely } = services().database
      const year = {
        created_at_ms: clock.now() + 365 * day,
        notices_seen_at_ms: clock.now() + 365 * day,
      }
      const { sessionId } = here.identity
      await kysely.updateTable('sessions').set(year).where('id', '=', sessionId).execute()
      const back = await signInOn('laptop', ada)
      await happen('password_changed', ada.id)
      expect(await changesFor(back)).toEqual(['password_changed'])
    })
  })

  test('no user hears of others, of more than five things, or of month-old ones', async () => {
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
