// Passkeys, from their options to a session: on both engines, with an authenticator in software.

import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { passkeysMax } from '../../contract/passkeys.ts'
import {
  type Holder,
  makeHolder,
  readAuditLog,
  type SignedIn,
  shareTestApp,
  someDevice,
} from '../../testing/account-holder.ts'
import { createAuthenticator, type Wrong } from '../../testing/authenticator.ts'
import { forEachEngine } from '../../testing/databases.ts'
import { operator } from '../../testing/operator.ts'

const origin = 'http://localhost:3000'
const minuteMs = 60_000

forEachEngine((engine) => {
  const { app, clock } = shareTestApp(engine)
  const services = () => app().services

  async function setUp({ synced = true } = {}) {
    const ada = await makeHolder(services())
    const here = await ada.signIn()
    const authenticator = createAuthenticator({ origin, synced })
    const options = await prepare(here)
    const response = authenticator.create(options)
    const passkey = await services().ownPasskeys.add({ ...caller(here), response })
    return { ada, here, authenticator, passkey }
  }

  const caller = ({ identity }: SignedIn) => ({ identity, device: someDevice })

  const prepare = (by: SignedIn, currentPassword?: string) =>
    services().ownPasskeys.prepare({ ...caller(by), currentPassword })

  const signIn = (response: ReturnType<ReturnType<typeof createAuthenticator>['get']>) =>
    services().passkeyGrant({
      response,
      client: services().clients.web,
      transport: 'cookie',
      rememberMe: false,
      device: someDevice,
    })

  const ask = () => services().passkeyCheck.prepare()

  test('C10: a passkey signs its user in, with no name typed, and the log says how', async () => {
    const { ada, authenticator } = await setUp()
    const { tokens } = await signIn(authenticator.get(await ask()))
    const identity = await services().identities.authenticateToken(tokens.access_token)
    expect(identity).toMatchObject({ userId: ada.id })
    expect(await readAuditLog(services(), ada.id)).toContain('signed_in passkey')
    const [passkey] = await services().ownPasskeys.list(ada.id)
    expect(passkey).toMatchObject({
      name: 'Linux',
      last_used_at: new Date(clock.now()).toISOString(),
    })
  })

  test('C10: a challenge is good once, also for two that use it at the same time', async () => {
    const { authenticator } = await setUp()
    const response = authenticator.get(await ask())
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => signIn(response)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await expect(signIn(response)).rejects.toMatchObject({ reason: 'invalid_credentials' })
  })

  test('C10: a challenge is good for five minutes, and leaves no row when they are over', async () => {
    const { authenticator } = await setUp()
    const [early, late] = [await ask(), await ask()]
    clock.advance(5 * minuteMs - 1)
    await expect(signIn(authenticator.get(early))).resolves.toBeDefined()
    clock.advance(1)
    await expect(signIn(authenticator.get(late))).rejects.toMatchObject({
      reason: 'invalid_credentials',
    })
    clock.advance(minuteMs)
    await services().changeFeed.purgeAll()
    const { kysely } = services().database
    expect(await kysely.selectFrom('used_challenges').selectAll().execute()).toEqual([])
  })

  const { privateKey: anotherKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const notOurs = Buffer.from('any').toString('base64url')
  test.each<[string, Wrong]>([
    ['of another origin', { origin: 'https://evil.example' }],
    ['for another relying party', { rpId: 'evil.example' }],
    ['over a challenge that is not ours', { challenge: notOurs }],
    ['of a registration', { type: 'webauthn.create' }],
    ['whose user was not verified', { isUserVerified: false }],
    ['of another key', { signedBy: anotherKey }],
    ['that names another user', { userHandle: 'bm9ib2R5' }],
  ])('C11: an assertion %s is refused, and stores nothing', async (_, wrong) => {
    const { ada, authenticator } = await setUp()
    const before = await readAuditLog(services(), ada.id)
    const options = await ask()
    await expect(signIn(authenticator.get(options, wrong))).rejects.toMatchObject({
      reason: 'invalid_credentials',
      message: 'This passkey was not accepted',
    })
    expect(await readAuditLog(services(), ada.id)).toEqual(before)
    // The challenge is not spent by it.
    await expect(signIn(authenticator.get(options))).resolves.toBeDefined()
  })

  test('C11: one passkey cannot answer the challenge of another purpose', async () => {
    const { here, authenticator } = await setUp()
    const toProve = await services().passkeyCheck.prepare(here.identity.userId)
    await expect(signIn(authenticator.get(toProve))).rejects.toMatchObject({
      reason: 'invalid_credentials',
    })
    const toAdd = createAuthenticator({ origin }).create(await prepare(here), {
      challenge: (await ask()).challenge,
    })
    const added = services().ownPasskeys.add({ ...caller(here), response: toAdd })
    await expect(added).rejects.toMatchObject({ reason: 'invalid_request' })
  })

  test('C11: a counter that goes back refuses a key of one device, and is logged for a synced one', async () => {
    const bound = await setUp({ synced: false })
    await signIn(bound.authenticator.get(await ask(), { counter: 7 }))
    await expect(
      signIn(bound.authenticator.get(await ask(), { counter: 7 })),
    ).rejects.toMatchObject({ reason: 'invalid_credentials' })
    await expect(
      signIn(bound.authenticator.get(await ask(), { counter: 8 })),
    ).resolves.toBeDefined()

    const synced = await setUp()
    await signIn(synced.authenticator.get(await ask(), { counter: 7 }))
    await signIn(synced.authenticator.get(await ask(), { counter: 2 }))
    for (const { ada } of [bound, synced]) {
      const log = await readAuditLog(services(), ada.id)
      expect(log.filter((line) => line.startsWith('passkey_counter_back'))).toHaveLength(1)
    }
  })

  test('a passkey that was removed is named unknown, so that the browser can forget it', async () => {
    const { ada, here, passkey, authenticator } = await setUp()
    await services().ownPasskeys.remove({
      ...caller(here),
      id: passkey.id,
      currentPassword: undefined,
    })
    await expect(signIn(authenticator.get(await ask()))).rejects.toMatchObject({
      reason: 'unknown_passkey',
    })
    expect(await readAuditLog(services(), ada.id)).toContain('passkey_removed Linux')
  })

  test('R109: a disabled user’s passkey is refused like a wrong one', async () => {
    const { ada, authenticator } = await setUp()
    await services().userAdministration.disable(ada.id, operator)
    await expect(signIn(authenticator.get(await ask()))).rejects.toMatchObject({
      reason: 'invalid_credentials',
      message: 'This passkey was not accepted',
    })
  })

  describe('adding and removing', () => {
    test('R65: both need a fresh proof, and a passkey is one', async () => {
      const { ada, here, passkey, authenticator } = await setUp()
      clock.advance(6 * minuteMs)
      const remove = (id: string) =>
        services().ownPasskeys.remove({ ...caller(here), id, currentPassword: undefined })
      await expect(prepare(here)).rejects.toMatchObject({ reason: 'reauthentication_required' })
      await expect(remove(passkey.id)).rejects.toMatchObject({
        reason: 'reauthentication_required',
      })
      const options = await services().passkeyCheck.prepare(ada.id)
      expect(options.allowCredentials).toMatchObject([{ id: passkey.id, transports: ['internal'] }])
      const proof = { method: 'passkey', response: authenticator.get(options) } as const
      await services().reauthentication.prove({ ...caller(here), proof })
      expect(await readAuditLog(services(), ada.id)).toContain('reauthenticated passkey')
      await expect(remove(passkey.id)).resolves.toBeUndefined()
    })

    test('another user’s passkey proves nothing, and is not theirs to rename or remove', async () => {
      const [ada, bob] = [await setUp(), await setUp()]
      const options = await services().passkeyCheck.prepare(ada.ada.id)
      const proof = { method: 'passkey', response: bob.authenticator.get(options) } as const
      await expect(
        services().reauthentication.prove({ ...caller(ada.here), proof }),
      ).rejects.toMatchObject({ reason: 'unknown_passkey' })
      const { id } = bob.passkey
      const { ownPasskeys } = services()
      const by = caller(ada.here)
      await expect(ownPasskeys.rename({ ...by, id, name: 'Mine' })).rejects.toMatchObject({
        reason: 'not_found',
      })
      await expect(
        ownPasskeys.remove({ ...by, id, currentPassword: undefined }),
      ).rejects.toMatchObject({ reason: 'not_found' })
    })

    test.each<[string, Wrong]>([
      ['another origin', { origin: 'https://evil.example' }],
      ['another relying party', { rpId: 'evil.example' }],
      ['no verified user', { isUserVerified: false }],
      ['the answer to an assertion', { type: 'webauthn.get' }],
    ])('C11: a new passkey with %s is not stored', async (_, wrong) => {
      const ada = await makeHolder(services())
      const here = await ada.signIn()
      const response = createAuthenticator({ origin }).create(await prepare(here), wrong)
      const added = services().ownPasskeys.add({ ...caller(here), response })
      await expect(added).rejects.toMatchObject({ reason: 'invalid_request' })
      expect(await services().ownPasskeys.list(ada.id)).toEqual([])
    })

    test('the options of one user make no passkey of another, and of one user only once', async () => {
      const [ada, bob] = [await makeHolder(services()), await makeHolder(services())]
      const [ofAda, ofBob] = [await ada.signIn(), await bob.signIn()]
      const options = await prepare(ofAda)
      const response = createAuthenticator({ origin }).create(options)
      const { ownPasskeys } = services()
      await expect(ownPasskeys.add({ ...caller(ofBob), response })).rejects.toMatchObject({
        reason: 'invalid_request',
      })
      await ownPasskeys.add({ ...caller(ofAda), response })
      const second = createAuthenticator({ origin }).create(options)
      await expect(ownPasskeys.add({ ...caller(ofAda), response: second })).rejects.toMatchObject({
        reason: 'invalid_request',
      })
    })

    test('a passkey that is stored already is in use, also for its own user', async () => {
      const { here, authenticator } = await setUp()
      const response = authenticator.create(await prepare(here))
      await expect(services().ownPasskeys.add({ ...caller(here), response })).rejects.toMatchObject(
        { reason: 'conflict', message: 'This passkey is in use already' },
      )
    })

    test('C11: a user has ten at most, also where two are added at once', async () => {
      const ada = await makeHolder(services())
      const here = await ada.signIn()
      const options = await Promise.all(
        Array.from({ length: passkeysMax + 2 }, () => prepare(here)),
      )
      const responses = options.map((each) => createAuthenticator({ origin }).create(each))
      const add = (response: (typeof responses)[number]) =>
        services().ownPasskeys.add({ ...caller(here), response })
      for (const response of responses.slice(0, passkeysMax - 1)) await add(response)
      await Promise.allSettled(responses.slice(passkeysMax - 1).map(add))
      const own = await services().ownPasskeys.list(ada.id)
      expect(own).toHaveLength(passkeysMax)
      await expect(prepare(here)).rejects.toMatchObject({ reason: 'conflict' })
    })
  })

  test('the export names them, without their keys, and they go with the account', async () => {
    const { ada, here, passkey } = await setUp()
    const data = await exportOf(here)
    expect(data.passkeys).toMatchObject([{ id: passkey.id, name: 'Linux' }])
    expect(JSON.stringify(data)).not.toContain('public_key')
    await deleteAccount(ada, here)
    expect(await services().ownPasskeys.list(ada.id)).toEqual([])
  })

  const exportOf = (by: SignedIn) =>
    services().exportData({ ...caller(by), currentPassword: undefined })

  const deleteAccount = (ada: Holder, by: SignedIn) =>
    services().deleteAccount({ ...caller(by), currentPassword: ada.password })
})
