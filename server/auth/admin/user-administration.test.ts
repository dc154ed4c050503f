// What admins do to accounts: at once, everywhere, all of it or nothing, and logged; and the last
// admin stays.

import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../config.ts'
import type { Role } from '../../contract/scopes.ts'
import { formatScope, scopesOfRole } from '../../contract/scopes.ts'
import { type AllServices, createServices } from '../../services.ts'
import { createTestPlace, forEachEngine } from '../../testing/databases.ts'
import { cheapestBcryptCost } from '../../testing/test-app.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import type { Actor } from '../sessions/account-change.ts'

const password = 'four unrelated words here'
const device = { address: '192.0.2.7', userAgent: 'Admin/1.0' }
const elsewhere = { address: '198.51.100.4', userAgent: 'curl/8.5.0' }

forEachEngine((engine) => {
  const clock = createTestClock()
  let services: AllServices
  /** Always there, so that no one else is the last admin by chance. */
  let boss: Actor

  beforeAll(async () => {
    const place = await createTestPlace(engine)
    services = await createServices(
      readConfig({
        DATABASE_URL: place.url ?? '',
        DATA_DIR: place.dataDir,
        MASTER_KEY: randomBytes(32).toString('base64'),
        DEMO_ACCOUNTS: 'off',
        LOG_LEVEL: 'silent',
      }),
      { clock, bcryptCost: cheapestBcryptCost },
    )
    boss = { id: await makeUser('admin'), clientId: 'keycard-web', device }
    return async () => {
      await services.close()
      await place.remove()
    }
  })

  /** All users have the same password, and it is hashed once. */
  let stored: Awaited<ReturnType<AllServices['passwords']['hash']>> | undefined

  async function makeUser(role: Role = 'user'): Promise<string> {
    stored ??= await services.passwords.hash(password)
    const { id } = await services.users.create({
      username: `user-${randomBytes(6).toString('hex')}`,
      email: null,
      fullName: null,
      role,
      disabled: false,
      password: stored,
      isDemo: false,
    })
    return id
  }

  const find = async (id: string) => {
    const user = await services.users.findById(id)
    if (!user) throw new Error(`There is no user ${id}`)
    return user
  }

  async function signIn(id: string, withPassword = password) {
    const { username } = await find(id)
    const { tokens } = await services.passwordGrant({
      username,
      password: withPassword,
      scope: undefined,
      client: services.clients.web,
      transport: 'bearer',
      device: elsewhere,
    })
    return tokens
  }

  async function refresh(refreshToken: string) {
    const { tokens } = await services.refreshTokenGrant({
      refreshToken,
      scope: undefined,
      client: services.clients.web,
      transport: 'bearer',
      device: elsewhere,
    })
    return tokens
  }

  /** What the token grants: its scopes, or the reason why not. */
  async function opens(accessToken: string): Promise<string> {
    return services.identities.authenticateToken(accessToken).then(
      ({ scopes }) => scopes.join(' '),
      (error: { reason: string }) => error.reason,
    )
  }

  /** The log about a user, without their own acts. */
  async function entriesAbout(id: string) {
    return services.database.kysely
      .selectFrom('audit_events')
      .selectAll()
      .where('user_id', '=', id)
      .where('actor_id', 'is not', null)
      .orderBy('created_at_ms')
      .execute()
  }

  const byBoss = (event: string, what: string | null = null) => ({
    event,
    what,
    actor_id: boss.id,
    client_id: boss.clientId,
    address: device.address,
    user_agent: device.userAgent,
  })

  const userScopes = formatScope(scopesOfRole.user)
  const adminScopes = formatScope(scopesOfRole.admin)

  test('R59, R114: a disabled user is signed out at once, and stays out with every token they have', async () => {
    const id = await makeUser()
    const [one, other] = [await signIn(id), await signIn(id)]
    const user = await services.userAdministration.disable(id, boss)
    expect(user).toMatchObject({ id, disabled: true })
    for (const { access_token, refresh_token } of [one, other]) {
      expect(await opens(access_token)).toBe('invalid_token')
      await expect(refresh(refresh_token)).rejects.toMatchObject({ reason: 'invalid_grant' })
    }
    await expect(signIn(id)).rejects.toMatchObject({ reason: 'invalid_credentials' })
    expect(await entriesAbout(id)).toMatchObject([byBoss('user_disabled')])
  })

  test('R59: interrupted among very many sessions, it continues when called again, or by enabling', async () => {
    for (const goOn of ['disable', 'enable'] as const) {
      const id = await makeUser()
      const before = await signIn(id)
      await services.userAdministration.disable(id, boss)
      // As a process leaves it that was killed before it came to the session.
      await services.database.kysely
        .updateTable('sessions')
        .set({ revoked_at_ms: null, revoked_reason: null })
        .where('user_id', '=', id)
        .execute()
      await services.userAdministration[goOn](id, boss)
      expect(await services.sessions.countLive(id)).toBe(0)
      await services.userAdministration.enable(id, boss)
      expect(await services.sessions.countLive(id)).toBe(0)
      await expect(refresh(before.refresh_token)).rejects.toMatchObject({ reason: 'invalid_grant' })
    }
  })

  test('an enabled user signs in anew: ended sessions stay ended', async () => {
    const id = await makeUser()
    const before = await signIn(id)
    await services.userAdministration.disable(id, boss)
    clock.advance(1)
    expect(await services.userAdministration.enable(id, boss)).toMatchObject({ disabled: false })
    expect(await opens(before.access_token)).toBe('invalid_token')
    await expect(refresh(before.refresh_token)).rejects.toMatchObject({ reason: 'invalid_grant' })
    expect(await opens((await signIn(id)).access_token)).toBe(userScopes)
    expect(await entriesAbout(id)).toMatchObject([byBoss('user_disabled'), byBoss('user_enabled')])
  })

  test('a change to the present value does nothing, and is not logged again', async () => {
    const id = await makeUser()
    const before = await signIn(id)
    const { userAdministration } = services
    await userAdministration.enable(id, boss)
    await userAdministration.setRole(id, 'user', boss)
    expect(await opens(before.access_token)).toBe(userScopes)
    expect(await entriesAbout(id)).toEqual([])
    await Promise.all([1, 2, 3].map(() => userAdministration.disable(id, boss)))
    expect(await entriesAbout(id)).toMatchObject([byBoss('user_disabled')])
  })

  test('R63: a demoted user loses the scopes at once, and keeps the rest of the session', async () => {
    const id = await makeUser('admin')
    const { access_token, refresh_token } = await signIn(id)
    expect(await opens(access_token)).toBe(adminScopes)
    expect(await services.userAdministration.setRole(id, 'user', boss)).toMatchObject({
      role: 'user',
    })
    expect(await opens(access_token)).toBe('invalid_token')
    const next = await refresh(refresh_token)
    expect(next.scope).toBe(userScopes)
    expect(await opens(next.access_token)).toBe(userScopes)
    expect(await entriesAbout(id)).toMatchObject([byBoss('role_changed', 'user')])
  })

  test('R15, R63: a promoted user gets the wider scopes at the next sign-in, not before', async () => {
    const id = await makeUser()
    const { access_token, refresh_token } = await signIn(id)
    await services.userAdministration.setRole(id, 'admin', boss)
    expect(await opens(access_token)).toBe('invalid_token')
    expect((await refresh(refresh_token)).scope).toBe(userScopes)
    expect((await signIn(id)).scope).toBe(adminScopes)
    expect(await entriesAbout(id)).toMatchObject([byBoss('role_changed', 'admin')])
  })

  test('R60: a new password ends every session, and is the only one that signs in', async () => {
    const id = await makeUser()
    const [one, other] = [await signIn(id), await signIn(id)]
    const newPassword = 'orchard lantern violet'
    expect(await services.userAdministration.setPassword(id, newPassword, boss)).toBe(2)
    for (const { access_token, refresh_token } of [one, other]) {
      expect(await opens(access_token)).toBe('invalid_token')
      await expect(refresh(refresh_token)).rejects.toMatchObject({ reason: 'invalid_grant' })
    }
    await expect(signIn(id)).rejects.toMatchObject({ reason: 'invalid_credentials' })
    expect(await opens((await signIn(id, newPassword)).access_token)).toBe(userScopes)
    const entries = await entriesAbout(id)
    expect(entries).toMatchObject([byBoss('password_set_by_admin')])
    expect(JSON.stringify(entries)).not.toContain(newPassword)
  })

  test('a new password makes every device and place unknown', async () => {
    const id = await makeUser()
    const { knownDevices, database } = services
    await signIn(id)
    await database.runAtomically(knownDevices.remember(id, 'laptop'))
    await services.userAdministration.setPassword(id, 'orchard lantern violet', boss)
    expect(await knownDevices.isKnown(id, 'laptop')).toBe(false)
    const places = database.kysely.selectFrom('known_places').where('user_id', '=', id)
    expect(await places.selectAll().execute()).toEqual([])
  })

  /** As guesses leave it. */
  async function closeAccount(id: string): Promise<void> {
    await services.database.kysely
      .insertInto('throttle_counters')
      .values({
        key: `account:${id}`,
        failures: 80,
        closed_until_ms: services.clock.now(),
        expires_at_ms: services.clock.now() + 1e9,
      })
      .execute()
    await expect(signIn(id)).rejects.toMatchObject({ reason: 'too_many_requests' })
  }

  test('R99: an account that guesses have closed is open again with the password that is set', async () => {
    const id = await makeUser()
    await closeAccount(id)
    await services.userAdministration.setPassword(id, 'orchard lantern violet', boss)
    await expect(signIn(id, 'orchard lantern violet')).resolves.toBeDefined()
  })

  test('an account that guesses have closed is unlocked, with the password it has', async () => {
    const id = await makeUser()
    await closeAccount(id)
    await services.userAdministration.unlock(id, boss)
    await expect(signIn(id)).resolves.toBeDefined()
    expect(await entriesAbout(id)).toMatchObject([byBoss('user_unlocked')])
  })

  test('R87, R89: a new password that breaks a rule is refused, and nothing has happened', async () => {
    const id = await makeUser()
    const { access_token } = await signIn(id)
    const { username } = await find(id)
    for (const bad of ['short', 'passwordpassword', `${username}${username}`]) {
      await expect(services.userAdministration.setPassword(id, bad, boss)).rejects.toMatchObject({
        reason: 'invalid_input',
        fields: [{ path: 'password' }],
      })
    }
    expect(await opens(access_token)).toBe(userScopes)
    expect(await entriesAbout(id)).toEqual([])
  })

  test('R61: all sessions of a user are ended and counted, and no other user’s', async () => {
    const [id, otherId] = [await makeUser(), await makeUser()]
    const [one, other] = [await signIn(id), await signIn(otherId)]
    await signIn(id)
    expect(await services.userAdministration.endSessions(id, boss)).toBe(2)
    expect(await opens(one.access_token)).toBe('invalid_token')
    await expect(refresh(one.refresh_token)).rejects.toMatchObject({ reason: 'invalid_grant' })
    expect(await opens(other.access_token)).toBe(userScopes)
    expect(await services.userAdministration.endSessions(id, boss)).toBe(0)
    expect(await opens((await signIn(id)).access_token)).toBe(userScopes)
    expect((await entriesAbout(id))[0]).toMatchObject(byBoss('sessions_ended'))
  })

  test('R114: an account is made together with its entry, or not at all', async () => {
    const { userAdministration, users } = services
    const username = `made-${randomBytes(4).toString('hex')}`
    const user = await userAdministration.create({ username, password, role: 'admin' }, boss)
    expect(user).toMatchObject({ username, role: 'admin', disabled: false })
    expect(await entriesAbout(user.id)).toMatchObject([byBoss('user_created', 'admin')])
    await expect(
      userAdministration.create({ username: username.toUpperCase(), password }, boss),
    ).rejects.toMatchObject({ reason: 'conflict', fields: [{ path: 'username' }] })
    const email = 'not an address'
    await expect(
      userAdministration.create({ username: 'x', email, password: 'short' }, boss),
    ).rejects.toMatchObject({
      reason: 'invalid_input',
      fields: [{ path: 'username' }, { path: 'email' }, { path: 'password' }],
    })
    expect(await users.findByLogin('x')).toBeUndefined()
  })

  test('a user who does not exist is not_found, and the attempt leaves no trace', async () => {
    const { userAdministration } = services
    const attempts = [
      userAdministration.disable('nobody', boss),
      userAdministration.enable('nobody', boss),
      userAdministration.setRole('nobody', 'admin', boss),
      userAdministration.setPassword('nobody', password, boss),
      userAdministration.endSessions('nobody', boss),
    ]
    for (const outcome of await Promise.allSettled(attempts)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { reason: 'not_found' } })
    }
    expect(await entriesAbout('nobody')).toEqual([])
  })

  test('admins cannot disable themselves by a slip', async () => {
    await expect(services.userAdministration.disable(boss.id, boss)).rejects.toMatchObject({
      reason: 'conflict',
      message: 'You cannot disable your own account: ask another admin',
    })
    expect(await find(boss.id)).toMatchObject({ disabled: false })
    expect(await entriesAbout(boss.id)).toEqual([])
  })

  describe('the last admin', () => {
    const refused = {
      reason: 'conflict',
      message: 'This is the last admin who can sign in: add another admin first',
    }

    /** Of all admins there are, only these can sign in. */
    async function leaveOnly(ids: readonly string[]): Promise<void> {
      const { kysely } = services.database
      await kysely.updateTable('users').set({ disabled: 1 }).where('role', '=', 'admin').execute()
      await kysely
        .updateTable('users')
        .set({ disabled: 0, role: 'admin' })
        .where('id', 'in', ids)
        .execute()
    }

    test('38. is neither disabled nor demoted, and nothing of the attempt is left', async () => {
      const [id, disabledId] = [await makeUser('admin'), await makeUser('admin')]
      const { userAdministration } = services
      await leaveOnly([id])
      const { access_token } = await signIn(id)
      await expect(userAdministration.disable(id, boss)).rejects.toMatchObject(refused)
      await expect(userAdministration.setRole(id, 'user', boss)).rejects.toMatchObject(refused)
      expect(await find(id)).toMatchObject({ disabled: false, role: 'admin', tokenVersion: 0 })
      expect(await opens(access_token)).toContain('users:write')
      expect(await entriesAbout(id)).toEqual([])
      // An admin who could not sign in anyway does not count.
      expect(await userAdministration.setRole(disabledId, 'user', boss)).toMatchObject({
        role: 'user',
      })
    })

    test('38. may go as soon as there is another, also by their own act', async () => {
      const [id, otherId] = [await makeUser('admin'), await makeUser('admin')]
      await leaveOnly([id, otherId])
      const himself = { ...boss, id }
      expect(await services.userAdministration.setRole(id, 'user', himself)).toMatchObject({
        role: 'user',
      })
      await expect(services.userAdministration.disable(otherId, himself)).rejects.toMatchObject(
        refused,
      )
    })

    test('38. is one of two who are demoted or disabled at the same time, 200 times', async () => {
      const [one, other] = [await makeUser('admin'), await makeUser('admin')]
      const { userAdministration } = services
      for (let round = 0; round < 200; round += 1) {
        await leaveOnly([one, other])
        const outcomes = await Promise.allSettled(
          round % 2 === 0
            ? [one, other].map((id) => userAdministration.setRole(id, 'user', boss))
            : [
                userAdministration.setRole(one, 'user', boss),
                userAdministration.disable(other, boss),
              ],
        )
        expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
        expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
          reason: refused,
        })
        const left = await Promise.all([one, other].map(find))
        expect(left.filter(({ role, disabled }) => role === 'admin' && !disabled)).toHaveLength(1)
      }
    })
  })

  test('R61, R114: all users are signed out at once, and the log says by whom', async () => {
    const [one, other] = [await signIn(await makeUser()), await signIn(await makeUser())]
    const { userAdministration, database } = services
    expect(await userAdministration.endEverybodysSessions(boss)).toBeGreaterThanOrEqual(2)
    for (const { access_token, refresh_token } of [one, other]) {
      expect(await opens(access_token)).toBe('invalid_token')
      await expect(refresh(refresh_token)).rejects.toMatchObject({ reason: 'invalid_grant' })
    }
    const entry = await database.kysely
      .selectFrom('audit_events')
      .selectAll()
      .where('event', '=', 'everybody_signed_out')
      .executeTakeFirstOrThrow()
    expect(entry).toMatchObject({ ...byBoss('everybody_signed_out'), user_id: null })
  })
})
