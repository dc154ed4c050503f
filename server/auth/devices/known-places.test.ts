// Where a user has signed in from: known to that user alone, for a while, and a keyed hash in the database.

import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { forEachEngine, insertUser, shareTestDatabase } from '../../testing/databases.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { createMasterKeys } from '../secrets/master-key.ts'
import { createKnownPlaces, placeLifetimeMs } from './known-places.ts'

const key = randomBytes(32)

forEachEngine((engine) => {
  const database = shareTestDatabase(engine)

  async function setUp() {
    const clock = createTestClock()
    const open = (...keys: [Uint8Array, ...Uint8Array[]]) =>
      createKnownPlaces({ database: database(), clock, masterKeys: createMasterKeys(keys) })
    const places = open(key)
    const userId = await insertUser(database())
    const signInFrom = (address: string | null) =>
      database().runAtomically(places.remember(userId, address))
    return { clock, open, places, userId, signInFrom }
  }

  test('a place is known to the user who signed in from there, and to no other', async () => {
    const { places, userId, signInFrom } = await setUp()
    await signInFrom('192.0.2.1')
    await signInFrom('2001:db8:1:2::7')
    const isKnown = (address: string | null, id = userId) => places.isKnown(id, address)
    expect(await isKnown('192.0.2.1')).toBe(true)
    expect(await isKnown('2001:db8:1:2:9::1')).toBe(true)
    expect(await isKnown('192.0.2.2')).toBe(false)
    expect(await isKnown('192.0.2.1', await insertUser(database()))).toBe(false)
  })

  test('what is not an address is not a place', async () => {
    const { places, userId, signInFrom } = await setUp()
    await expect(signInFrom(null)).resolves.toBeDefined()
    expect(await places.isKnown(userId, null)).toBe(false)
  })

  test('a place is forgotten ninety days after the last sign-in, and when all are', async () => {
    const { clock, places, userId, signInFrom } = await setUp()
    await signInFrom('192.0.2.1')
    clock.advance(placeLifetimeMs - 1)
    expect(await places.isKnown(userId, '192.0.2.1')).toBe(true)
    await signInFrom('192.0.2.1')
    clock.advance(placeLifetimeMs - 1)
    expect(await places.isKnown(userId, '192.0.2.1')).toBe(true)
    clock.advance(1)
    expect(await places.isKnown(userId, '192.0.2.1')).toBe(false)
    await signInFrom('192.0.2.1')
    const other = await insertUser(database())
    await database().runAtomically(places.remember(other, '192.0.2.1'))
    await database().runAtomically([places.forgetAll(userId)])
    expect(await places.isKnown(userId, '192.0.2.1')).toBe(false)
    expect(await places.isKnown(other, '192.0.2.1')).toBe(true)
  })

  test('of each user the twenty places used last are known', async () => {
    const { clock, places, userId, signInFrom } = await setUp()
    const addresses = Array.from({ length: 25 }, (_unused, index) => `192.0.2.${index}`)
    for (const address of addresses) {
      clock.advance(1)
      await signInFrom(address)
    }
    const known = await Promise.all(addresses.map((address) => places.isKnown(userId, address)))
    expect(known).toEqual([...Array(5).fill(false), ...Array(20).fill(true)])
  })

  test('no row reveals the address, nor that two users were at one', async () => {
    const { places, userId, signInFrom } = await setUp()
    const other = await insertUser(database())
    await signInFrom('192.0.2.1')
    await database().runAtomically(places.remember(other, '192.0.2.1'))
    const rows = await database()
      .kysely.selectFrom('known_places')
      .select('place')
      .where('user_id', 'in', [userId, other])
      .execute()
    expect(new Set(rows.map(({ place }) => place)).size).toBe(2)
    expect(JSON.stringify(rows)).not.toContain('192.0.2')
  })

  test('a place outlives a new master key, as long as the old one is listed', async () => {
    const { open, userId, signInFrom } = await setUp()
    await signInFrom('192.0.2.1')
    const newKey = randomBytes(32)
    expect(await open(newKey, key).isKnown(userId, '192.0.2.1')).toBe(true)
    expect(await open(newKey).isKnown(userId, '192.0.2.1')).toBe(false)
  })
})
