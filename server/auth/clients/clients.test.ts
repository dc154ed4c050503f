// The registry of OAuth clients: what may be added, what may authenticate, and that a removal is complete.

import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../app.ts'
import { readConfig } from '../../config.ts'
import type { TokenResponse } from '../../contract/oauth.ts'
import type { Database } from '../../db/database.ts'
import { makeRandomId } from '../../db/random-id.ts'
import { type AllServices, createServices } from '../../services.ts'
import { createTestPlace, forEachEngine } from '../../testing/databases.ts'
import { operator } from '../../testing/operator.ts'
import { cheapestBcryptCost } from '../../testing/test-app.ts'
import type { NewClient } from './client-rules.ts'

type Fields = Record<string, string>

const machine: NewClient = {
  id: 'nightly-report',
  name: 'Nightly report',
  isConfidential: true,
  isFirstParty: false,
  grants: ['client_credentials'],
  scopes: ['users:read'],
}
const mobileApp: NewClient = {
  id: 'mobile-app',
  name: 'Our mobile app',
  isConfidential: false,
  isFirstParty: true,
  grants: ['password', 'refresh_token'],
  scopes: ['me', 'me:write'],
}
const adminPassword = { username: 'admin', password: 'admin-secret' }
const password = { grant_type: 'password', username: 'johndoe', password: 'secret' }
const machineGrant = { grant_type: 'client_credentials' }

forEachEngine((engine) => {
  let here: AllServices
  /** Another process on the same database: the command line, or a second node. */
  let there: AllServices
  let app: FastifyInstance
  let database: Database

  beforeAll(async () => {
    const place = await createTestPlace(engine)
    const config = readConfig({
      DATABASE_URL: place.url ?? '',
      DATA_DIR: place.dataDir,
      MASTER_KEY: randomBytes(32).toString('base64'),
      LOG_LEVEL: 'silent',
    })
    here = await createServices(config, { bcryptCost: cheapestBcryptCost })
    there = await createServices(config, { serving: false, bcryptCost: cheapestBcryptCost })
    app = await createApp(here)
    database = here.database
    return async () => {
      await app.close()
      await here.close()
      await there.close()
      await place.remove()
    }
  })

  let count = 0
  /** One that no other test has. */
  async function add(client: NewClient, change: Partial<NewClient> = {}) {
    count += 1
    const added = { ...client, id: `${client.id}-${count}`, ...change }
    const { secret } = await there.clients.add(added)
    return { client_id: added.id, ...(secret !== null && { client_secret: secret }) }
  }

  const post = (form: Fields, headers: Fields = {}) =>
    app.inject({
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      payload: new URLSearchParams(form).toString(),
    })

  async function getTokens(form: Fields): Promise<TokenResponse> {
    const answer = await post(form)
    expect(answer.json()).toMatchObject({ token_type: 'bearer' })
    return answer.json()
  }

  const call = (url: string, token: string) =>
    app.inject({ url, headers: { authorization: `Bearer ${token}` } })

  async function identityOf(credentials: Fields) {
    const { access_token } = await getTokens({ ...password, ...credentials })
    return here.identities.requireUser(await here.identities.authenticateToken(access_token))
  }

  /** Why each session of the client has ended. */
  async function sessionsOf(clientId: string): Promise<(string | null)[]> {
    const rows = await database.kysely
      .selectFrom('sessions')
      .select('revoked_reason')
      .where('client_id', '=', clientId)
      .execute()
    return rows.map(({ revoked_reason }) => revoked_reason)
  }

  async function copySession(clientId: string, times: number): Promise<void> {
    const model = await database.kysely
      .selectFrom('sessions')
      .selectAll()
      .where('client_id', '=', clientId)
      .executeTakeFirstOrThrow()
    for (let copied = 0; copied < times; copied += 500) {
      const copies = Array.from({ length: 500 }, () => ({ ...model, id: makeRandomId() }))
      await database.kysely.insertInto('sessions').values(copies).execute()
    }
  }

  async function countRevocations(): Promise<number> {
    const { count } = await database.kysely
      .selectFrom('revocations')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  const statusOf = async (url: string, token: string) => (await call(url, token)).statusCode

  describe('adding', () => {
    test('a client is listed after the built-in ones, and its secret is stored nowhere', async () => {
      const { secret } = await there.clients.add({ ...machine, id: 'aaa-first' })
      expect(secret).toMatch(/^[\w-]{43}$/)
      const listed = await here.clients.list()
      expect(listed.slice(0, 3)).toMatchObject([
        { id: 'keycard-web', registration: null },
        { id: 'keycard-cli', registration: null },
        { ...machine, id: 'aaa-first', registration: { id: expect.any(String) } },
      ])
      const rows = await database.kysely.selectFrom('oauth_clients').selectAll().execute()
      expect(JSON.stringify(rows)).not.toContain(secret)
    })

    test.each<[string, Partial<NewClient>]>([
      ['conflict', { id: 'keycard-web' }],
      ['conflict', { id: 'twice' }],
      ['invalid_input', { id: 'A' }],
      ['invalid_input', { id: 'Upper' }],
      ['invalid_input', { id: 'with:colon' }],
      ['invalid_input', { id: '-dash' }],
      ['invalid_input', { id: 'x'.repeat(65) }],
      ['invalid_input', { name: '' }],
      ['invalid_input', { grants: [] }],
      ['invalid_input', { scopes: [] }],
      ['invalid_input', { isConfidential: false }],
      ['invalid_input', { grants: ['refresh_token'] }],
      ['invalid_input', { scopes: ['users:read', 'me'] }],
      ['invalid_input', { scopes: ['me'], grants: ['password', 'client_credentials'] }],
    ])('is refused as %s: %j', async (reason, change) => {
      if (change.id === 'twice') await there.clients.add({ ...machine, id: 'twice' })
      await expect(there.clients.add({ ...machine, ...change })).rejects.toMatchObject({ reason })
    })

    test('R20: a client that is not ours cannot be added with the password grant', async () => {
      const thirdParty = { ...mobileApp, isFirstParty: false }
      await expect(there.clients.add(thirdParty)).rejects.toMatchObject({
        reason: 'invalid_input',
        fields: [{ path: 'grants' }],
      })
    })
  })

  describe('the client credentials grant', () => {
    test('gives a machine a token in its own name, without a refresh token', async () => {
      const credentials = await add(machine)
      const answer = await post({ ...machineGrant, ...credentials })
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.json()).toEqual({
        access_token: expect.any(String),
        token_type: 'bearer',
        expires_in: 900,
        scope: 'users:read',
      })
      const { access_token } = answer.json<TokenResponse>()
      const claims = decodeJwt(access_token)
      expect(claims).toMatchObject({
        sub: credentials.client_id,
        client_id: credentials.client_id,
      })
      expect(claims).not.toHaveProperty('sid')
      expect(await statusOf('/api/users', access_token)).toBe(200)
    })

    test('R13: accepts the secret by Basic too, plain and form-encoded', async () => {
      const { client_id, client_secret = '' } = await add(machine)
      const basic = (secret: string) => ({
        authorization: `Basic ${Buffer.from(`${client_id}:${secret}`).toString('base64')}`,
      })
      expect((await post(machineGrant, basic(client_secret))).statusCode).toBe(200)
      const encoded = client_secret.replaceAll(/./g, (character) => {
        return `%${character.charCodeAt(0).toString(16)}`
      })
      expect((await post(machineGrant, basic(encoded))).statusCode).toBe(200)
      const refused = await post(machineGrant, basic('wrong'))
      expect(refused.statusCode).toBe(401)
      expect(refused.headers['www-authenticate']).toBe('Basic realm="keycard"')
    })

    test('a procedure for people answers a machine with 403, on every surface', async () => {
      const { access_token } = await getTokens({ ...machineGrant, ...(await add(machine)) })
      const rest = await call('/api/protected', access_token)
      expect([rest.statusCode, rest.json(), rest.headers['www-authenticate']]).toEqual([
        403,
        { detail: 'This needs the token of a user, not of a client' },
        'Bearer error="insufficient_scope", error_description="This needs the token of a user, not of a client"',
      ])
      for (const url of [
        '/api/users/me',
        '/api/sessions',
        '/trpc/protected',
        '/trpc/sessions.list',
      ]) {
        expect(await statusOf(url, access_token)).toBe(403)
      }
      const logout = await app.inject({
        method: 'POST',
        url: '/trpc/auth.logout',
        headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
        payload: '{}',
      })
      expect(logout.statusCode).toBe(403)
    })

    test.each([
      ['invalid_scope', 'me:write'],
      ['invalid_scope', 'users:read users:write'],
      ['invalid_scope', 'payroll'],
    ])('is %s for a scope that the client may not have: %s', async (error, scope) => {
      const answer = await post({ ...machineGrant, ...(await add(machine)), scope })
      expect(answer.json()).toMatchObject({ error })
      expect(answer.statusCode).toBe(400)
    })

    test('a scope that only a user can have stays out of it, though the client may ask people for it', async () => {
      const credentials = await add(machine, {
        isFirstParty: true,
        grants: ['password', 'client_credentials'],
        scopes: ['me', 'users:read'],
      })
      expect(await getTokens({ ...machineGrant, ...credentials })).toMatchObject({
        scope: 'users:read',
      })
      for (const scope of ['me', 'users:read me']) {
        const asked = await post({ ...machineGrant, ...credentials, scope })
        expect(asked.json()).toMatchObject({ error: 'invalid_scope' })
      }
    })

    test('R11: is unauthorized_client for one that does not have it', async () => {
      for (const client of [await add(mobileApp), { client_id: 'keycard-cli' }]) {
        const answer = await post({ ...machineGrant, ...client })
        expect(answer.statusCode).toBe(400)
        expect(answer.json()).toMatchObject({ error: 'unauthorized_client' })
      }
    })
  })

  test('a client that may have none of the user’s scopes gets no token for them', async () => {
    const answer = await post({
      ...password,
      ...(await add(mobileApp, { scopes: ['users:read'] })),
    })
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({
      error: 'invalid_scope',
      error_description: 'The client may have no scope that this user has',
    })
  })

  describe('authentication', () => {
    test('unknown, wrong secret, no secret, and a secret of a public client: byte-equal', async () => {
      const { client_id } = await add(machine)
      const publicOne = await add(mobileApp)
      const attempts: Fields[] = [
        { client_id: 'nobody-knows', client_secret: 'x' },
        { client_id: 'nobody-knows' },
        { client_id: 'NUL\0' },
        { client_id, client_secret: 'wrong' },
        { client_id },
        { ...publicOne, client_secret: 'x' },
        { client_id: 'keycard-cli', client_secret: 'x' },
      ]
      const bodies = new Set<string>()
      for (const attempt of attempts) {
        const answer = await post({ ...machineGrant, ...attempt })
        expect(answer.statusCode).toBe(400)
        expect(answer.json()).toMatchObject({ error: 'invalid_client' })
        bodies.add(answer.body)
      }
      expect(bodies.size).toBe(1)
    })

    test("neither the stored hash nor another client's secret is accepted as the secret", async () => {
      const [one, other] = [await add(machine), await add(machine)]
      const row = await database.kysely
        .selectFrom('oauth_clients')
        .select('secret_hash')
        .where('client_id', '=', one.client_id)
        .executeTakeFirstOrThrow()
      for (const client_secret of [row.secret_hash ?? '', other.client_secret ?? '']) {
        const answer = await post({ ...machineGrant, client_id: one.client_id, client_secret })
        expect(answer.json()).toMatchObject({ error: 'invalid_client' })
      }
      await getTokens({ ...machineGrant, ...one })
    })
  })

  describe('the password grant of a registered client', () => {
    test('gives what both the user and the client may have', async () => {
      const client = await add(mobileApp, { scopes: ['me', 'users:read'] })
      expect(await getTokens({ ...password, ...client })).toMatchObject({ scope: 'me' })
      const admin = { ...password, ...adminPassword, ...client }
      expect(await getTokens(admin)).toMatchObject({ scope: 'me users:read' })
      const asked = await post({ ...admin, scope: 'me:write' })
      expect(asked.json()).toMatchObject({
        error: 'invalid_scope',
        error_description: 'scope has a word that this client may not have',
      })
    })

    test('a scope that is not the client’s is refused before the password is checked', async () => {
      const client = await add(mobileApp)
      const { completed } = here.passwords.stats()
      const answer = await post({ ...password, ...client, password: 'x', scope: 'users:read' })
      expect(answer.json()).toMatchObject({ error: 'invalid_scope' })
      expect(here.passwords.stats().completed).toBe(completed)
    })

    test('where nothing is left for the user it is invalid_scope', async () => {
      const client = await add(mobileApp, { scopes: ['users:read'] })
      const answer = await post({ ...password, ...client })
      expect(answer.json()).toMatchObject({ error: 'invalid_scope' })
    })

    test('R11, R20: a third-party client is unauthorized, whatever its row says', async () => {
      const client = await add(mobileApp)
      const row = database.kysely
        .updateTable('oauth_clients')
        .set({ first_party: 0 })
        .where('client_id', '=', client.client_id)
      await getTokens({ ...password, ...client })
      await row.execute()
      const answer = await post({ ...password, ...client })
      expect(answer.statusCode).toBe(400)
      expect(answer.json()).toMatchObject({ error: 'unauthorized_client' })
    })

    test('a refresh gives no scope that the client has lost since', async () => {
      const client = await add(mobileApp)
      const { refresh_token = '' } = await getTokens({ ...password, ...client })
      await database.kysely
        .updateTable('oauth_clients')
        .set({ scope: 'me' })
        .where('client_id', '=', client.client_id)
        .execute()
      const refresh = { grant_type: 'refresh_token', refresh_token, ...client }
      expect(await getTokens(refresh)).toMatchObject({ scope: 'me' })
    })

    test('without the refresh grant no refresh token is given', async () => {
      const client = await add(mobileApp, { grants: ['password'] })
      expect(await getTokens({ ...password, ...client })).not.toHaveProperty('refresh_token')
    })

    test("R15: another client's refresh token is invalid_grant", async () => {
      const [one, other] = [await add(mobileApp), await add(mobileApp)]
      const { refresh_token = '' } = await getTokens({ ...password, ...one })
      const refresh = { grant_type: 'refresh_token', refresh_token }
      const answer = await post({ ...refresh, ...other })
      expect(answer.json()).toMatchObject({ error: 'invalid_grant' })
      await getTokens({ ...refresh, ...one })
    })
  })

  describe('removing', () => {
    test('ends its tokens and sessions in every process, and no others', async () => {
      const [app1, app2] = [await add(mobileApp), await add(mobileApp)]
      const [robot1, robot2] = [await add(machine), await add(machine)]
      const [user1, user2] = [
        await getTokens({ ...password, ...app1 }),
        await getTokens({ ...password, ...app2 }),
      ]
      const [machine1, machine2] = [
        await getTokens({ ...machineGrant, ...robot1 }),
        await getTokens({ ...machineGrant, ...robot2 }),
      ]
      // One by another process, and one here.
      await there.clients.remove(app1.client_id, operator)
      await here.clients.remove(robot1.client_id, operator)
      expect(await statusOf('/api/users', machine1.access_token)).toBe(401)
      await expect.poll(() => statusOf('/api/users/me', user1.access_token)).toBe(401)
      const elsewhere = () =>
        there.identities.identify([`Bearer ${machine1.access_token}`]).then(
          () => 'let in',
          (error: { reason: string }) => error.reason,
        )
      await expect.poll(elsewhere).toBe('invalid_token')
      expect(await statusOf('/api/users/me', user2.access_token)).toBe(200)
      expect(await statusOf('/api/users', machine2.access_token)).toBe(200)
      const refused = await post({ ...machineGrant, ...robot1 })
      expect(refused.json()).toMatchObject({ error: 'invalid_client' })
    })

    test('in the process that does it, the tokens of its users are refused at once', async () => {
      const client = await add(mobileApp)
      const { access_token } = await getTokens({ ...password, ...client })
      await here.clients.remove(client.client_id, operator)
      expect(await statusOf('/api/users/me', access_token)).toBe(401)
    })

    test('a client added again under its name is another: nothing removed is revived', async () => {
      const [robot, mobile] = [await add(machine), await add(mobileApp)]
      const old = await getTokens({ ...machineGrant, ...robot })
      const { refresh_token = '' } = await getTokens({ ...password, ...mobile })
      for (const { client_id } of [robot, mobile]) await here.clients.remove(client_id, operator)

      const { secret } = await here.clients.add({ ...machine, id: robot.client_id })
      await here.clients.add({ ...mobileApp, id: mobile.client_id })
      const again = { client_id: robot.client_id, client_secret: secret ?? '' }
      const fresh = await getTokens({ ...machineGrant, ...again })
      expect(await statusOf('/api/users', fresh.access_token)).toBe(200)
      expect(await statusOf('/api/users', old.access_token)).toBe(401)
      const byOldSecret = await post({ ...machineGrant, ...robot })
      expect(byOldSecret.json()).toMatchObject({ error: 'invalid_client' })
      const refresh = { grant_type: 'refresh_token', refresh_token, ...mobile }
      expect((await post(refresh)).json()).toMatchObject({ error: 'invalid_grant' })
    })

    test('R20: a sign-in during the removal gets no token, and no session stays', async () => {
      const [mobile, robot] = [await add(mobileApp), await add(machine)]
      const { refresh_token = '' } = await getTokens({ ...password, ...mobile })
      // Both have authenticated before; what follows takes as long as a password check.
      const [app, machineClient] = await Promise.all(
        [mobile, robot].map(({ client_id, client_secret }) =>
          here.clients.authenticate({ clientId: client_id, clientSecret: client_secret }),
        ),
      )
      if (!app || !machineClient) throw new Error('they are there')
      for (const { client_id } of [mobile, robot]) await there.clients.remove(client_id, operator)
      const device = { address: null, userAgent: null }
      const common = { scope: undefined, transport: 'bearer', device } as const
      const signIn = { username: 'johndoe', password: 'secret', client: app, ...common }
      const grants = [
        () => here.passwordGrant(signIn),
        () => here.refreshTokenGrant({ refreshToken: refresh_token, client: app, ...common }),
        () => here.clientCredentialsGrant({ client: machineClient, ...common }),
      ]
      const reasons = await Promise.all(
        grants.map((grant) =>
          grant().then(
            () => 'a token',
            (error) => error.reason,
          ),
        ),
      )
      // The session of the refresh has ended by then.
      expect(reasons).toEqual(['invalid_client', 'invalid_grant', 'invalid_client'])
      expect(await sessionsOf(mobile.client_id)).toEqual(['client_removed', 'client_removed'])
    })

    test('what began before a removal ends by one revocation, however many sessions', async () => {
      const mobile = await add(mobileApp)
      const { access_token, refresh_token = '' } = await getTokens({ ...password, ...mobile })
      await copySession(mobile.client_id, 2_500)
      const before = await countRevocations()
      await here.clients.remove(mobile.client_id, operator)
      expect(await statusOf('/api/users/me', access_token)).toBe(401)
      const refresh = { grant_type: 'refresh_token', refresh_token }
      await here.clients.add({ ...mobileApp, id: mobile.client_id })
      expect((await post({ ...refresh, ...mobile })).json()).toMatchObject({
        error: 'invalid_grant',
      })
      const reasons = await sessionsOf(mobile.client_id)
      expect([reasons.length, new Set(reasons)]).toEqual([2_501, new Set(['client_removed'])])
      expect((await countRevocations()) - before).toBeLessThanOrEqual(2)
      const events = await database.kysely
        .selectFrom('audit_events')
        .select('actor_id')
        .where('event', '=', 'client_removed')
        .where('what', '=', mobile.client_id)
        .execute()
      expect(events).toEqual([{ actor_id: 'operator' }])
    })

    test('interrupted, it continues: by the same command, or by a server within a minute', async () => {
      for (const goOn of [
        async (id: string) => void (await there.clients.remove(id, operator)),
        async () => void (await here.changeFeed.purgeAll()),
      ]) {
        const mobile = await add(mobileApp)
        const { refresh_token = '' } = await getTokens({ ...password, ...mobile })
        await there.clients.remove(mobile.client_id, operator)
        // As a command leaves it that was killed before it came to the session.
        await database.kysely
          .updateTable('sessions')
          .set({ revoked_at_ms: null, revoked_reason: null })
          .where('client_id', '=', mobile.client_id)
          .execute()
        await goOn(mobile.client_id)
        expect(await sessionsOf(mobile.client_id)).toEqual(['client_removed'])
        await here.clients.add({ ...mobileApp, id: mobile.client_id })
        const refresh = { grant_type: 'refresh_token', refresh_token, ...mobile }
        expect((await post(refresh)).json()).toMatchObject({ error: 'invalid_grant' })
      }
    })

    test('a client that is added again never takes over what the previous one has left', async () => {
      const mobile = await add(mobileApp)
      const { refresh_token = '' } = await getTokens({ ...password, ...mobile })
      await database.kysely
        .deleteFrom('oauth_clients')
        .where('client_id', '=', mobile.client_id)
        .execute()
      await here.clients.add({ ...mobileApp, id: mobile.client_id })
      const refresh = { grant_type: 'refresh_token', refresh_token, ...mobile }
      const answer = await post(refresh)
      expect(answer.json()).toMatchObject({ error: 'invalid_grant' })
      const own = await getTokens({ ...password, ...mobile })
      await getTokens({ ...refresh, refresh_token: own.refresh_token ?? '' })
    })

    test('tokens from before they named a registration are refused too, and their sessions go on', async () => {
      const mobile = await add(mobileApp)
      const { refresh_token = '' } = await getTokens({ ...password, ...mobile })
      const { userId, sessionId, ...rest } = await identityOf(mobile)
      // As the previous version issued it, and stored its session.
      const old = await here.accessTokens.issue({
        ...rest,
        kind: 'user',
        userId,
        sessionId,
        registrationId: null,
      })
      await database.kysely
        .updateTable('sessions')
        .set({ registration_id: null })
        .where('client_id', '=', mobile.client_id)
        .execute()
      expect(await statusOf('/api/users/me', old.token)).toBe(200)
      const refreshed = await getTokens({ grant_type: 'refresh_token', refresh_token, ...mobile })
      await here.clients.remove(mobile.client_id, operator)
      for (const token of [old.token, refreshed.access_token]) {
        expect(await statusOf('/api/users/me', token)).toBe(401)
      }
    })

    test('the built-in ones stay, and one that does not exist is not found', async () => {
      for (const id of ['keycard-web', 'keycard-cli']) {
        await expect(here.clients.remove(id, operator)).rejects.toMatchObject({
          reason: 'conflict',
        })
      }
      await expect(here.clients.remove('nobody', operator)).rejects.toMatchObject({
        reason: 'not_found',
      })
      await getTokens(password)
    })
  })
})
