// The signing keys: made once, sealed under the master key, and never trusted from a row alone.

import { calculateJwkThumbprint, decodeJwt, jwtVerify, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import type { Database } from '../../db/database.ts'
import { StartError } from '../../settings/start-error.ts'
import { forEachEngine, openTestDatabase } from '../../testing/databases.ts'
import { stillFeed } from '../../testing/still-feed.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { createMasterKeys, type MasterKeys } from '../secrets/master-key.ts'
import { loadSigningKeys, type SigningKeys } from './signing-keys.ts'

const clock = createTestClock()
const newKey = Buffer.alloc(32, 'new')
const oldKey = Buffer.alloc(32, 'old')

function load(database: Database, ...keys: Uint8Array[]): Promise<SigningKeys> {
  const masterKeys = createMasterKeys(keys.length > 0 ? keys : [newKey])
  return loadSigningKeys({ algorithm: 'EdDSA' }, describeParts(database, masterKeys))
}

function describeParts(database: Database, masterKeys: MasterKeys) {
  return {
    database,
    masterKeys,
    clock,
    feed: stillFeed,
    accessTokenLifetimeSeconds: 900,
    onUnreadableKey: (error: unknown) => {
      throw error
    },
  }
}

function sign({ active }: SigningKeys): Promise<string> {
  const { algorithm, kid, key } = active
  return new SignJWT({}).setProtectedHeader({ alg: algorithm, kid }).setSubject('me').sign(key)
}

const sealed = expect.objectContaining({
  constructor: StartError,
  message:
    'The master key does not open the signing key in the database. Put back the MASTER_KEY (or the master.key file) that this database was made with.',
})

forEachEngine((engine) => {
  test('first starts at the same time give one key', async () => {
    const database = await openTestDatabase(engine)
    const loaded = await Promise.all([1, 2, 3, 4].map(() => load(database)))
    expect(new Set(loaded.map(({ active }) => active.kid)).size).toBe(1)
    const rows = await database.kysely.selectFrom('signing_keys').select('kid').execute()
    expect(rows).toHaveLength(1)
  })

  test('the next start verifies what this one signed', async () => {
    const database = await openTestDatabase(engine)
    const token = await sign(await load(database))
    const later = await load(database)
    const key = await later.find(later.active.kid)
    expect(key?.algorithm).toBe('EdDSA')
    const { payload } = await jwtVerify(token, key?.key ?? new Uint8Array())
    expect(payload.sub).toBe('me')
  })

  test('a swapped row is refused: the private key is bound to its kid', async () => {
    const [database, other] = [await openTestDatabase(engine), await openTestDatabase(engine)]
    await Promise.all([load(database), load(other)])
    const { private_encrypted } = await other.kysely
      .selectFrom('signing_keys')
      .selectAll()
      .executeTakeFirstOrThrow()
    await database.kysely.updateTable('signing_keys').set({ private_encrypted }).execute()
    await expect(load(database)).rejects.toEqual(sealed)
    await expect(load(other)).resolves.toBeDefined()
  })

  test('a public key written into the row verifies nothing', async () => {
    const [database, other] = [await openTestDatabase(engine), await openTestDatabase(engine)]
    const [own, foreign] = await Promise.all([load(database), load(other)])
    const { public_jwk } = await other.kysely
      .selectFrom('signing_keys')
      .selectAll()
      .executeTakeFirstOrThrow()
    await database.kysely.updateTable('signing_keys').set({ public_jwk }).execute()
    const key = (await (await load(database)).find(own.active.kid))?.key ?? new Uint8Array()
    await expect(jwtVerify(await sign(foreign), key)).rejects.toThrow('signature')
    await expect(jwtVerify(await sign(own), key)).resolves.toBeDefined()
  })
})

test('the wrong master key is reported in one sentence that says what to do', async () => {
  const database = await openTestDatabase('sqlite')
  await load(database, oldKey)
  await expect(load(database, newKey)).rejects.toEqual(sealed)
})

test('an older master key still decrypts what it sealed', async () => {
  const database = await openTestDatabase('sqlite')
  const { active } = await load(database, oldKey)
  expect((await load(database, newKey, oldKey)).active.kid).toBe(active.kid)
})

test('a start seals every key again under the newest master key, so that the older may go', async () => {
  const database = await openTestDatabase('sqlite')
  const { active } = await load(database, oldKey)
  await load(database, newKey, oldKey)
  expect((await load(database, newKey)).active.kid).toBe(active.kid)
  await expect(load(database, oldKey)).rejects.toEqual(sealed)
})

describe.each([
  ['EdDSA', ['crv', 'kty', 'x']],
  ['ES256', ['crv', 'kty', 'x', 'y']],
  ['RS256', ['e', 'kty', 'n']],
] as const)('%s', (algorithm, members) => {
  test('R44: a published key has public members only, and its thumbprint for a kid', async () => {
    const masterKeys = createMasterKeys([newKey])
    const parts = describeParts(await openTestDatabase('sqlite'), masterKeys)
    const keys = await loadSigningKeys({ algorithm }, parts)
    const [jwk, ...others] = keys.publicJwks()
    expect(others).toEqual([])
    expect(Object.keys(jwk ?? {}).sort()).toEqual([...members, 'alg', 'kid', 'use'].sort())
    expect(jwk).toMatchObject({ alg: algorithm, use: 'sig', kid: keys.active.kid })
    expect(jwk?.kid).toBe(await calculateJwkThumbprint(jwk ?? {}))
    const { payload } = await jwtVerify(await sign(keys), jwk ?? {})
    expect(payload.sub).toBe('me')
  })

  test('R66: the row holds no private member in the clear', async () => {
    const database = await openTestDatabase('sqlite')
    await loadSigningKeys({ algorithm }, describeParts(database, createMasterKeys([newKey])))
    const row = await database.kysely
      .selectFrom('signing_keys')
      .selectAll()
      .executeTakeFirstOrThrow()
    const published = Object.keys(JSON.parse(row.public_jwk)).sort()
    expect(published).toEqual([...members, 'alg', 'kid', 'use'].sort())
  })
})

test('RS256 keys have 2048 bits', async () => {
  const parts = describeParts(await openTestDatabase('sqlite'), createMasterKeys([newKey]))
  const [jwk] = (await loadSigningKeys({ algorithm: 'RS256' }, parts)).publicJwks()
  expect(Buffer.from(jwk?.n ?? '', 'base64url')).toHaveLength(256)
})

/** One key that can be read, and one that is reported at each read. */
async function loadWithForeignKey() {
  const database = await openTestDatabase('sqlite')
  const unreadable: string[] = []
  const onUnreadableKey = (_error: unknown, kid: string) => void unreadable.push(kid)
  const parts = { ...describeParts(database, createMasterKeys([newKey])), onUnreadableKey }
  const keys = await loadSigningKeys({ algorithm: 'EdDSA' }, parts)
  const row = await database.kysely.selectFrom('signing_keys').selectAll().executeTakeFirstOrThrow()
  const foreign = { ...row, kid: 'foreign', state: 'next' as const }
  await database.kysely.insertInto('signing_keys').values(foreign).execute()
  return { keys, kid: row.kid, unreadable }
}

test('a key that cannot be read does not hide the others', async () => {
  const { keys, kid, unreadable } = await loadWithForeignKey()
  await keys.refresh()
  expect(unreadable).toEqual(['foreign'])
  expect(keys.active.kid).toBe(kid)
  expect(await keys.find('foreign')).toBeUndefined()
})

test('callers that ask while a read waits share it: no queue grows while the database hangs', async () => {
  const { keys, unreadable } = await loadWithForeignKey()
  const first = keys.refresh()
  await Promise.resolve()
  await Promise.all([first, ...Array.from({ length: 50 }, () => keys.refresh())])
  expect(unreadable.length).toBeLessThanOrEqual(2)
})

test('R66: the row holds no usable private key', async () => {
  const database = await openTestDatabase('sqlite')
  await load(database)
  const row = await database.kysely.selectFrom('signing_keys').selectAll().executeTakeFirstOrThrow()
  expect(JSON.parse(row.public_jwk)).toEqual({
    kty: 'OKP',
    crv: 'Ed25519',
    x: expect.any(String),
    kid: row.kid,
    alg: 'EdDSA',
    use: 'sig',
  })
  expect(row.private_encrypted).toMatch(/^[\w-]{8}\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/)
})

test('R32: a kid that is not ours finds nothing', async () => {
  const keys = await load(await openTestDatabase('sqlite'))
  for (const kid of ['', `${keys.active.kid}x`, 'A'.repeat(43), '__proto__']) {
    expect(await keys.find(kid)).toBeUndefined()
  }
})

test('HS256 uses SECRET_KEY, touches no row, and its kid reveals nothing about it', async () => {
  const database = await openTestDatabase('sqlite')
  const secretKey = new TextEncoder().encode('Vp8LQ7mZk2Nf4XrT9wYb3HcJ6sGd1KeA')
  const parts = describeParts(database, createMasterKeys([newKey]))
  const keys = await loadSigningKeys({ algorithm: 'HS256', secretKey }, parts)
  const token = await sign(keys)
  await expect(jwtVerify(token, secretKey)).resolves.toBeDefined()
  expect(decodeJwt(token).sub).toBe('me')
  expect(keys.active.kid).toMatch(/^[\w-]{43}$/)
  expect(keys.publicJwks()).toEqual([])
  expect(await database.kysely.selectFrom('signing_keys').selectAll().execute()).toEqual([])
})
