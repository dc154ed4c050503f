// A refresh token shown again, at /token and in a browser's cookie: a lost reply, or a stolen copy.

import { describe, expect, test } from 'vitest'
import { createKeyedMac } from '../auth/secrets/keyed-mac.ts'
import { createMasterKeys } from '../auth/secrets/master-key.ts'
import { forgivenMax } from '../auth/sessions/replay-verdict.ts'
import type { SessionTransport } from '../auth/sessions/session-rows.ts'
import type { Device } from '../contract/device.ts'
import { scopesOfRole } from '../contract/scopes.ts'
import { makeRandomId } from '../db/random-id.ts'
import { makeHolder, readAuditLog, shareTestApp } from '../testing/account-holder.ts'
import { forEachEngine } from '../testing/databases.ts'

const minute = 60_000
const hour = 60 * minute
const home = '192.0.2.7'

/** What each kind of client says about itself; for the browser also the cookie of its device. */
const clients = {
  bearer: { userAgent: 'acme-sync/4.1', updated: 'acme-sync/4.2', other: 'curl/8.5.0' },
  cookie: {
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    updated: 'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0',
    other: 'curl/8.5.0',
  },
} as const

forEachEngine((engine) => {
  const { app, clock } = shareTestApp(engine, {
    ACCESS_TOKEN_EXPIRE_MINUTES: '60',
    COOKIE_SECURE: 'on',
  })

  interface Shown extends Partial<Device> {
    /** False for a copy of the refresh token without the device cookie. */
    hasDevice?: boolean
  }

  async function startSession(transport: SessionTransport) {
    const { services } = app()
    const { id: userId } = await makeHolder(services)
    const deviceId = makeRandomId()
    const own: Device = { address: home, userAgent: clients[transport].userAgent, deviceId }
    const started = await services.sessions.start({
      userId,
      scopes: scopesOfRole.user,
      holder: { clientId: services.clients.web.id, transport },
      rememberMe: true,
      device: own,
    })
    /** @returns the tokens; undefined where the session is over */
    async function refresh(token: string, { hasDevice = true, ...shown }: Shown = {}) {
      const device = { ...own, ...shown }
      const answer = await (transport === 'bearer' ? postForm : postCookie)(
        token,
        device,
        hasDevice,
      )
      if (answer.statusCode === 200) return readTokens(answer)
      expect([400, 401]).toContain(answer.statusCode)
      return undefined
    }
    return {
      userId,
      first: started.refreshToken,
      refresh,
      /** @throws Error where it is refused */
      async mustRefresh(token: string, shown?: Shown) {
        const tokens = await refresh(token, shown)
        if (!tokens) throw new Error('The session is over')
        return tokens
      },
      /** Sorted alphabetically: events of the same millisecond have no other order. */
      log: async () => (await readAuditLog(services, userId)).sort(),
    }
  }

  type Answer = Awaited<ReturnType<typeof postForm>>

  function postForm(token: string, { address, userAgent }: Device) {
    return app().app.inject({
      method: 'POST',
      url: '/token',
      remoteAddress: address ?? '',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': userAgent ?? '',
      },
      payload: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: token,
      }).toString(),
    })
  }

  function postCookie(token: string, { address, userAgent, deviceId }: Device, hasDevice: boolean) {
    const device = app().services.deviceTokens.make(deviceId ?? '')
    const cookies = [
      `__Host-keycard=${token}`,
      ...(hasDevice ? [`__Host-keycard-device=${device}`] : []),
    ]
    return app().app.inject({
      method: 'POST',
      url: '/trpc/auth.refresh',
      remoteAddress: address ?? '',
      headers: {
        'content-type': 'application/json',
        'sec-fetch-site': 'same-origin',
        'user-agent': userAgent ?? '',
        cookie: cookies.join('; '),
      },
      payload: '{}',
    })
  }

  function readTokens(answer: Answer): { refresh: string; access: string } {
    const body = answer.json()
    const [, cookie] = /__Host-keycard=([^;]*)/.exec(String(answer.headers['set-cookie'])) ?? []
    const { access_token: access } = body.result?.data ?? body
    return { refresh: body.refresh_token ?? cookie, access }
  }

  async function opens(accessToken: string): Promise<boolean> {
    const headers = { authorization: `Bearer ${accessToken}` }
    return (await app().app.inject({ url: '/api/protected', headers })).statusCode === 200
  }

  const counted = (event: 'refresh_forgiven') => app().services.eventCounts.read().get(event) ?? 0

  const alarm = (why: string) => `refresh_token_reused ${why}`

  describe.each(['bearer', 'cookie'] as const)('at %s', (transport) => {
    const { updated, other } = clients[transport]

    test.each([
      ['1 s', 1_000, 'refresh_forgiven'],
      ['30 s', 30_000, 'refresh_forgiven'],
      // Where this machine is so busy that the change feed falls silent, that counts as an outage.
      ['31 s', 31_000, expect.stringMatching(/^refresh_(forgiven|recovered)$/)],
      ['10 minutes', 10 * minute, 'refresh_recovered'],
      ['8 hours', 8 * hour, 'refresh_recovered'],
    ])('R55: a reply that was lost %s ago signs no one out', async (_name, lostMs, event) => {
      const { first, mustRefresh, log } = await startSession(transport)
      const lost = await mustRefresh(first)
      clock.advance(lostMs)
      const again = await mustRefresh(first, { userAgent: updated })
      expect(await opens(again.access)).toBe(true)
      await mustRefresh(again.refresh)
      expect(await log()).toEqual([event])
      expect(again.refresh === lost.refresh).toBe((await log())[0] === 'refresh_forgiven')
    })

    test('R56: a thief who shows the token later is detected when its owner refreshes next', async () => {
      const { first: stolen, mustRefresh, refresh, log } = await startSession(transport)
      const owner = await mustRefresh(stolen)
      clock.advance(10 * minute)
      const thief = await mustRefresh(stolen)
      expect(await refresh(owner.refresh)).toBeUndefined()
      expect(await log()).toEqual(['refresh_recovered', alarm('replaced_token')])
      expect(await refresh(thief.refresh)).toBeUndefined()
      expect(await opens(thief.access)).toBe(false)
    })

    test('R56: a thief who refreshed first is detected by the successor that died', async () => {
      const { first: stolen, mustRefresh, refresh, log } = await startSession(transport)
      const thief = await mustRefresh(stolen)
      clock.advance(10 * minute)
      const owner = await mustRefresh(stolen)
      expect(await refresh(thief.refresh)).toBeUndefined()
      expect(await log()).toEqual(['refresh_recovered', alarm('replaced_token')])
      expect(await opens(owner.access)).toBe(false)
    })

    test('R55: a second tab that shows the old token after a recovery gets the same successor for 30 s', async () => {
      const { first, mustRefresh, refresh, log } = await startSession(transport)
      await mustRefresh(first)
      clock.advance(hour)
      const recovered = await mustRefresh(first)
      clock.advance(30_000)
      expect((await mustRefresh(first)).refresh).toBe(recovered.refresh)
      clock.advance(10 * minute)
      expect(await refresh(first)).toBeUndefined()
      expect(await log()).toEqual(['refresh_forgiven', 'refresh_recovered', alarm('used_before')])
    })

    test('R55: each forgiven refresh is logged and counted', async () => {
      const { first, mustRefresh, log } = await startSession(transport)
      const before = counted('refresh_forgiven')
      const shown = await Promise.all(Array.from({ length: 20 }, () => mustRefresh(first)))
      expect(new Set(shown.map(({ refresh }) => refresh)).size).toBe(1)
      expect(await log()).toEqual(Array(19).fill('refresh_forgiven'))
      expect(counted('refresh_forgiven') - before).toBe(19)
    })

    test.each([
      ['within the 30 s', 1_000],
      ['later', hour],
    ])('R56: another program ends the session with an alarm, %s', async (_name, waitMs) => {
      const { first: stolen, mustRefresh, refresh, log } = await startSession(transport)
      const owner = await mustRefresh(stolen)
      clock.advance(waitMs)
      expect(await refresh(stolen, { userAgent: other, hasDevice: false })).toBeUndefined()
      expect(await refresh(owner.refresh)).toBeUndefined()
      expect(await opens(owner.access)).toBe(false)
      expect(await log()).toEqual([alarm('another_agent')])
    })

    test('R97: a program at another address continues the session, and its owner can see that', async () => {
      const { first, mustRefresh, log } = await startSession(transport)
      const { refresh } = await mustRefresh(first)
      expect((await mustRefresh(first, { address: '198.51.100.9' })).refresh).toBe(refresh)
      expect(await log()).toEqual(['refresh_forgiven', 'refresh_from_elsewhere'])
      clock.advance(minute)
      const moved = await mustRefresh(refresh, { address: '203.0.113.5' })
      await mustRefresh(refresh, { address: '203.0.113.5' })
      expect(await log()).toHaveLength(3)
      await mustRefresh(moved.refresh)
    })
  })

  test(`R73: ${forgivenMax} replays are forgiven after one refresh, and one more ends the session`, async () => {
    const { first, mustRefresh, refresh, log } = await startSession('bearer')
    const current = await mustRefresh(first)
    // No more at once than there are connections: an answer of 503 would not say whether it counted.
    for (let count = 0; count < forgivenMax; count += 10) {
      await Promise.all(Array.from({ length: 10 }, () => mustRefresh(first)))
    }
    expect(await refresh(first)).toBeUndefined()
    expect(await refresh(current.refresh)).toBeUndefined()
    expect((await log()).at(-1)).toBe(alarm('too_often'))
  })

  test.each([
    ['the device cookie of another browser', { deviceId: makeRandomId() }],
    ['no device cookie, and the same user agent', { hasDevice: false }],
  ])('R56: a copy in a browser with %s ends the session with an alarm', async (_name, shown) => {
    const { first: stolen, mustRefresh, refresh, log } = await startSession('cookie')
    const owner = await mustRefresh(stolen)
    expect(await refresh(stolen, shown)).toBeUndefined()
    expect(await refresh(owner.refresh)).toBeUndefined()
    expect(await log()).toEqual([alarm('another_agent')])
  })

  test('R55: the program is compared with the one that refreshed last, not with the one that signed in', async () => {
    const { first, mustRefresh, refresh } = await startSession('bearer')
    const script = { userAgent: 'python-requests/2.32' }
    const { refresh: second } = await mustRefresh(first, script)
    expect((await mustRefresh(first, script)).refresh).toBe(second)
    expect(await refresh(first)).toBeUndefined()
  })

  test('R15: a lost reply that is asked for again with a wider scope changes nothing', async () => {
    const { first, mustRefresh, log } = await startSession('bearer')
    await mustRefresh(first)
    clock.advance(minute)
    const answer = await app().app.inject({
      method: 'POST',
      url: '/token',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': clients.bearer.userAgent,
      },
      payload: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: first,
        scope: 'users:write',
      }).toString(),
    })
    expect(answer.json()).toMatchObject({ error: 'invalid_scope' })
    await mustRefresh(first)
    expect(await log()).toEqual(['refresh_recovered'])
  })

  describe('a token in the old form, without the user', () => {
    /** As it was made before the id of the user was added. */
    function toOldForm(token: string): string {
      const [, sessionId, counter] = token.split('.')
      const { masterKeys } = app().services.config
      const text = `${sessionId}.${counter}`
      return `${text}.${createKeyedMac(createMasterKeys(masterKeys), 'refresh-token').sign(text)}`
    }

    test.each(['bearer', 'cookie'] as const)(
      'is traded at %s for one that names the user, and recovers a lost reply',
      async (transport) => {
        const { userId, first, mustRefresh } = await startSession(transport)
        const old = toOldForm(first)
        const lost = await mustRefresh(old)
        expect(lost.refresh.split('.')[0]).toBe(userId)
        clock.advance(hour)
        const { refresh } = await mustRefresh(old)
        expect(refresh).not.toBe(lost.refresh)
        await mustRefresh(refresh)
      },
    )

    test.each([
      ['old', toOldForm],
      ['new', (token: string) => token],
    ])('signs out and revokes like any other: the %s form', async (_name, spell) => {
      const inBrowser = await startSession('cookie')
      const { access } = await inBrowser.mustRefresh(inBrowser.first)
      await app().app.inject({
        method: 'POST',
        url: '/trpc/auth.logout',
        headers: {
          'content-type': 'application/json',
          'sec-fetch-site': 'same-origin',
          cookie: `__Host-keycard=${spell(inBrowser.first)}`,
        },
        payload: '{}',
      })
      expect(await opens(access)).toBe(false)

      const program = await startSession('bearer')
      const held = await program.mustRefresh(program.first)
      const payload = new URLSearchParams({ token: spell(held.refresh) }).toString()
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      await app().app.inject({ method: 'POST', url: '/revoke', headers, payload })
      expect(await opens(held.access)).toBe(false)
      expect(await program.refresh(held.refresh)).toBeUndefined()
    })
  })
})
