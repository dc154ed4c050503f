// One user as an admin sees and changes them, over REST and on both engines; and one's own devices.

import { expect, test } from 'vitest'
import type { SessionList } from '../contract/sessions.ts'
import type { KnownDevice, UserDetails } from '../contract/user-details.ts'
import {
  alive,
  dead,
  type Holder,
  isAlive,
  makeHolder,
  readAuditLog,
  shareTestApp,
} from '../testing/account-holder.ts'
import { forEachEngine } from '../testing/databases.ts'

forEachEngine((engine) => {
  const shared = shareTestApp(engine)
  const services = () => shared.app().services

  /** An admin who has just signed in, and a user. */
  async function setUp() {
    const [admin, user] = [await makeHolder(services(), 'admin'), await makeHolder(services())]
    const { accessToken } = await admin.signIn()
    const call = async (method: 'GET' | 'PATCH' | 'DELETE', path: string, payload?: object) => {
      const answer = await shared.app().app.inject({
        method,
        url: `/api/users/${path}`,
        headers: { authorization: `Bearer ${accessToken}` },
        ...(payload && { payload }),
      })
      return { status: answer.statusCode, body: answer.json() }
    }
    return { admin, user, accessToken, call }
  }

  async function guessWrongly({ opensWith }: Holder, times: number): Promise<void> {
    for (let time = 0; time < times; time++) await opensWith('not the password')
  }

  test('a user is shown with the last password change, and with what slows their sign-in down', async () => {
    const { user, call } = await setUp()
    const free = { failures: 0, retry_after_seconds: 0, is_closed: false }
    const limits = { strangers: free, known_devices: free, known_places: free }
    const { body } = await call('GET', user.id)
    expect(body).toMatchObject({ username: user.username, role: 'user', session_count: 0 })
    expect(body).toMatchObject({ is_last_admin: false, sign_in_limits: limits })
    expect(Date.parse((body as UserDetails).password_changed_at)).toBe(shared.clock.now())
    expect(JSON.stringify(body)).not.toMatch(/hash|\$2b\$/)
    await guessWrongly(user, 6)
    const { sign_in_limits } = (await call('GET', user.id)).body as UserDetails
    expect(sign_in_limits.strangers).toMatchObject({ failures: 5, is_closed: false })
    expect(sign_in_limits.strangers.retry_after_seconds).toBeGreaterThan(0)
    await services().userAdministration.unlock(user.id, {
      ...{ id: 'operator', clientId: 'operator', device: { address: null, userAgent: null } },
    })
    expect((await call('GET', user.id)).body).toMatchObject({ sign_in_limits: limits })
  })

  test('one session of a user is ended, and the others stay', async () => {
    const { admin, user, call } = await setUp()
    const [one, other] = [await user.signIn(), await user.signIn()]
    const listed = (await call('GET', `${user.id}/sessions`)).body as SessionList
    expect(listed.sessions.map(({ id }) => id).sort()).toEqual(
      [one, other].map(({ identity }) => identity.sessionId).sort(),
    )
    const path = `${user.id}/sessions/${one.identity.sessionId}`
    expect((await call('DELETE', path)).status).toBe(200)
    expect(await isAlive(services(), one)).toEqual(dead)
    expect(await isAlive(services(), other)).toEqual(alive)
    expect((await call('DELETE', path)).status).toBe(404)
    // Under the name of another user it is none of theirs.
    const elsewhere = `${admin.id}/sessions/${other.identity.sessionId}`
    expect((await call('DELETE', elsewhere)).status).toBe(404)
    expect(await isAlive(services(), other)).toEqual(alive)
    expect(await readAuditLog(services(), user.id)).toEqual([
      expect.stringMatching(/^session_ended/),
    ])
  })

  test('known devices are listed for their user and for admins, and a removed one counts as new', async () => {
    const { user, call } = await setUp()
    const [laptop, phone] = [await user.signIn('laptop'), await user.signIn('phone')]
    const ask = (method: 'GET' | 'DELETE', path = '') =>
      shared.app().app.inject({
        method,
        url: `/api/users/me/devices${path}`,
        headers: { authorization: `Bearer ${laptop.accessToken}` },
      })
    const own = (await ask('GET')).json<{ devices: KnownDevice[] }>().devices
    expect(own.map(({ id, is_current }) => [id, is_current]).sort()).toEqual([
      ['laptop', true],
      ['phone', false],
    ])
    expect(own[0]).toMatchObject({ address: '192.0.2.7' })
    const listed = (await call('GET', `${user.id}/devices`)).body as { devices: KnownDevice[] }
    expect(listed.devices.map(({ id }) => id).sort()).toEqual(['laptop', 'phone'])

    expect((await ask('DELETE', '/phone')).statusCode).toBe(200)
    expect((await ask('DELETE', '/phone')).statusCode).toBe(404)
    expect((await call('DELETE', `${user.id}/devices/laptop`)).status).toBe(200)
    expect((await ask('GET')).json()).toEqual({ devices: [] })
    // Only what is known of them: the sessions go on.
    expect(await isAlive(services(), phone)).toEqual(alive)
    expect(await readAuditLog(services(), user.id)).toEqual([
      'device_forgotten',
      'device_forgotten',
    ])
    const { id } = await makeHolder(services())
    expect((await call('DELETE', `${id}/devices/phone`)).status).toBe(404)
  })

  test('a name and an address are changed, found by a search, and refused as they are for their owner', async () => {
    const { admin, user, call } = await setUp()
    const email = `new.${user.username}@example.com`
    const changed = await call('PATCH', user.id, { full_name: 'Grace Hopper', email })
    expect(changed).toMatchObject({ status: 200, body: { full_name: 'Grace Hopper', email } })
    expect((await services().users.findByLogin(email))?.id).toBe(user.id)
    const search = `grace new.${user.username}`
    const query = { page: 1, perPage: 20, sort: 'username', order: 'asc', search } as const
    expect((await services().userDirectory.list(query)).total).toBe(1)
    expect((await readAuditLog(services(), user.id)).sort()).toEqual([
      'profile_changed email',
      'profile_changed full_name',
    ])
    const taken = await call('PATCH', user.id, { email: `${admin.username}@example.com` })
    expect(taken).toMatchObject({ status: 409, body: { errors: [{ path: 'email' }] } })
    const broken = await call('PATCH', user.id, { email: 'nope' })
    expect(broken).toMatchObject({ status: 422, body: { errors: [{ path: 'email' }] } })
    // The same again changes nothing.
    await call('PATCH', user.id, { email })
    expect(await readAuditLog(services(), user.id)).toHaveLength(2)
  })

  test('a deleted user is gone at once with every token, and the admin’s own account is not deleted here', async () => {
    const { admin, user, call } = await setUp()
    const signedIn = await user.signIn('laptop')
    expect((await call('DELETE', user.id)).status).toBe(200)
    expect(await isAlive(services(), signedIn)).toEqual(dead)
    expect(await services().users.findByLogin(user.username)).toBeUndefined()
    expect(await readAuditLog(services(), user.id)).toEqual(['account_deleted'])
    for (const path of ['', '/sessions', '/devices']) {
      expect((await call('GET', `${user.id}${path}`)).status).toBe(404)
    }
    expect((await call('DELETE', user.id)).status).toBe(404)
    expect((await call('DELETE', admin.id)).status).toBe(409)
  })

  test('each of them wants its scope, and each change a fresh proof', async () => {
    const { user, accessToken, call } = await setUp()
    const other = await user.signIn('laptop')
    const changes = [
      ['PATCH', user.id],
      ['DELETE', user.id],
      ['DELETE', `${user.id}/sessions/${other.identity.sessionId}`],
      ['DELETE', `${user.id}/devices/laptop`],
    ] as const
    const reads = [user.id, `${user.id}/sessions`, `${user.id}/devices`]
    const ask = (method: 'GET' | 'PATCH' | 'DELETE', path: string) =>
      shared.app().app.inject({
        method,
        url: `/api/users/${path}`,
        headers: { authorization: `Bearer ${other.accessToken}` },
      })
    for (const path of reads) expect((await ask('GET', path)).statusCode).toBe(403)
    for (const [method, path] of changes) expect((await ask(method, path)).statusCode).toBe(403)
    shared.clock.advance(5 * 60_000 + 1)
    expect(accessToken).not.toBe('')
    for (const [method, path] of changes) {
      expect(await call(method, path, {})).toMatchObject({ status: 403 })
    }
    for (const path of reads) expect((await call('GET', path)).status).toBe(200)
    expect(await isAlive(services(), other)).toEqual(alive)
  })
})
