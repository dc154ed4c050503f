// From one signing key to the next: no caller is refused meanwhile, and a dropped key is refused.

import { decodeProtectedHeader, SignJWT } from 'jose'
import { expect, onTestFinished, test } from 'vitest'
import type { Config } from '../../config.ts'
import { type ChangeFeed, createChangeFeed } from '../../db/changes/change-feed.ts'
import type { Database } from '../../db/database.ts'
import { forEachEngine, openTestDatabase } from '../../testing/databases.ts'
import { stillFeed } from '../../testing/still-feed.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { createMasterKeys } from '../secrets/master-key.ts'
import { createKeyRotation, type KeyRotation } from './key-rotation.ts'
import { loadSigningKeys, type SigningKeys } from './signing-keys.ts'

const masterKeys = createMasterKeys([Buffer.alloc(32, 'master')])
const secretKey = new TextEncoder().encode('Vp8LQ7mZk2Nf4XrT9wYb3HcJ6sGd1KeA')
const clock = createTestClock()

interface Node {
  keys: SigningKeys
  rotation: KeyRotation
}

interface NodeOptions {
  setting?: Config['signing']
  feed?: ChangeFeed
  serving?: boolean
  unknownKidCooldownMs?: number
}

/** What one process knows, and what its operator can do; it hears of others only through `feed`. */
async function openNode(database: Database, options: NodeOptions = {}): Promise<Node> {
  const { setting = { algorithm: 'EdDSA' }, feed = stillFeed, ...rest } = options
  const parts = { database, masterKeys, clock }
  const keys = await loadSigningKeys(setting, {
    ...parts,
    ...rest,
    feed,
    accessTokenLifetimeSeconds: 900,
    onUnreadableKey: () => {},
  })
  const { algorithm } = setting
  return { keys, rotation: createKeyRotation({ ...parts, algorithm, signingKeys: keys }) }
}

function openFeed(database: Database): ChangeFeed {
  const feed = createChangeFeed({ database, clock, onError: () => {} })
  onTestFinished(() => feed.close())
  return feed
}

async function statesOf({ rotation }: Node): Promise<Record<string, string>> {
  const keys = await rotation.list()
  return Object.fromEntries(keys.map(({ kid, state }) => [kid, state]))
}

const knows = async ({ keys }: Node, kid: string) => (await keys.find(kid)) !== undefined

forEachEngine((engine) => {
  test('R112: a key is next, then active, then retired, and then gone', async () => {
    const database = await openTestDatabase(engine)
    const node = await openNode(database, { feed: openFeed(database) })
    const first = node.keys.active.kid
    const rotated = node.rotation.rotate(300)
    await expect.poll(async () => Object.values(await statesOf(node))).toContain('next')
    const next = (await node.rotation.list()).find(({ state }) => state === 'next')?.kid ?? ''
    expect(node.keys.active.kid).toBe(first)
    expect(await knows(node, next)).toBe(true)
    expect(node.keys.publicJwks().map(({ kid }) => kid)).toContain(next)

    expect(await rotated).toBe(next)
    expect(node.keys.active.kid).toBe(next)
    expect(await statesOf(node)).toEqual({ [first]: 'retired', [next]: 'active' })
    expect(await knows(node, first)).toBe(true)

    // 900 s of a token's life, and two minutes for clocks that differ.
    clock.advance((900 + 120) * 1000)
    await openNode(database)
    expect(await statesOf(node)).toEqual({ [first]: 'retired', [next]: 'active' })
    clock.advance(1)
    await openNode(database)
    await expect.poll(() => statesOf(node)).toEqual({ [next]: 'active' })
    // The first node's own minute comes round.
    clock.advance(60_000)
    await expect.poll(() => knows(node, first)).toBe(false)
    expect(node.keys.publicJwks().map(({ kid }) => kid)).toEqual([next])
  })

  test('R112: rotations at the same time leave one active key, and it is one that they made', async () => {
    const database = await openTestDatabase(engine)
    const nodes = await Promise.all([1, 2, 3, 4].map(() => openNode(database)))
    const made = await Promise.all(nodes.map(({ rotation }) => rotation.rotate(0)))
    const states = Object.entries(await statesOf(nodes[0] as Node))
    const active = states.filter(([, state]) => state === 'active')
    expect(active).toHaveLength(1)
    expect(made).toContain(active[0]?.[0])
  })

  test('an interrupted rotation is continued', async () => {
    const database = await openTestDatabase(engine)
    const node = await openNode(database)
    await database.kysely.updateTable('signing_keys').set({ state: 'next' }).execute()
    const left = (await node.rotation.list())[0]?.kid
    expect(await node.rotation.rotate(0)).toBe(left)
  })

  test('R112: every process refuses a dropped key within a poll, and another key signs', async () => {
    const database = await openTestDatabase(engine)
    const node = await openNode(database)
    const leaked = node.keys.active.kid
    const successor = await node.rotation.drop(leaked)
    expect(await statesOf(node)).toEqual({ [successor ?? '']: 'active' })
    expect(node.keys.active.kid).toBe(successor)
    expect(await knows(node, leaked)).toBe(false)
    await expect(node.rotation.drop(leaked)).rejects.toMatchObject({ reason: 'not_found' })
  })

  test('a retired or next key is dropped without a successor', async () => {
    const node = await openNode(await openTestDatabase(engine))
    const first = node.keys.active.kid
    const active = await node.rotation.rotate(0)
    expect(await node.rotation.drop(first)).toBeUndefined()
    expect(await statesOf(node)).toEqual({ [active]: 'active' })
  })

  test('drops of the active key at the same time leave one active key', async () => {
    const database = await openTestDatabase(engine)
    const nodes = await Promise.all([1, 2, 3].map(() => openNode(database)))
    const { kid } = (nodes[0] as Node).keys.active
    const outcomes = await Promise.allSettled(nodes.map(({ rotation }) => rotation.drop(kid)))
    expect(outcomes.map(({ status }) => status)).toContain('fulfilled')
    expect(Object.values(await statesOf(nodes[0] as Node))).toEqual(['active'])
  })

  test('a key that was dropped before it was active is not waited for, and the old one signs on', async () => {
    const database = await openTestDatabase(engine)
    const [node, other] = [await openNode(database), await openNode(database)]
    const { kid } = node.keys.active
    const rotated = node.rotation.rotate(500).catch((error: { reason: string }) => error.reason)
    await expect.poll(async () => Object.values(await statesOf(other))).toContain('next')
    const next = (await other.rotation.list()).find(({ state }) => state === 'next')
    await other.rotation.drop(next?.kid ?? '')
    expect(await rotated).toBe('conflict')
    expect(await statesOf(other)).toEqual({ [kid]: 'active' })
  })

  test('another JWT_ALGORITHM makes its key at start, and older tokens are still accepted', async () => {
    const database = await openTestDatabase(engine)
    const kids: string[] = []
    for (const algorithm of ['EdDSA', 'ES256', 'RS256'] as const) {
      const { keys } = await openNode(database, { setting: { algorithm } })
      expect(keys.active.algorithm).toBe(algorithm)
      const { active } = keys
      const token = await new SignJWT({})
        .setProtectedHeader({ alg: algorithm, kid: active.kid })
        .sign(active.key)
      kids.push(decodeProtectedHeader(token).kid ?? '')
    }
    const last = await openNode(database, { setting: { algorithm: 'HS256', secretKey } })
    for (const kid of kids) expect(await knows(last, kid)).toBe(true)
    expect(Object.values(await statesOf(last))).toEqual(['retired', 'retired', 'retired'])
    clock.advance((900 + 121) * 1000)
    const later = await openNode(database, { setting: { algorithm: 'HS256', secretKey } })
    for (const kid of kids) expect(await knows(later, kid)).toBe(false)
    expect(later.keys.publicJwks()).toEqual([])
  })

  test('a server whose key was retired by one with another algorithm makes itself a new one', async () => {
    const database = await openTestDatabase(engine)
    const old = await openNode(database)
    const before = old.keys.active.kid
    await openNode(database, { setting: { algorithm: 'ES256' } })
    await old.keys.refresh()
    expect(old.keys.active.algorithm).toBe('EdDSA')
    expect(old.keys.active.kid).not.toBe(before)
  })
})

test('R112: a key that another process made a moment ago is fetched on demand', async () => {
  const database = await openTestDatabase('sqlite')
  const [node, other] = [await openNode(database), await openNode(database)]
  const kid = await node.rotation.rotate(0)
  // All concurrent callers wait for the one answer.
  expect(await Promise.all([1, 2, 3].map(() => knows(other, kid)))).toEqual([true, true, true])
})

test('… at most once in a while: a caller who invents kids does not keep the database busy', async () => {
  const database = await openTestDatabase('sqlite')
  const node = await openNode(database)
  const other = await openNode(database, { unknownKidCooldownMs: 60_000 })
  expect(await knows(other, 'A'.repeat(43))).toBe(false)
  const kid = await node.rotation.rotate(0)
  expect(await knows(other, kid)).toBe(false)
  await other.keys.refresh()
  expect(await knows(other, kid)).toBe(true)
})

test('with HS256 there is nothing to rotate, and the sentence says what to do', async () => {
  const setting = { algorithm: 'HS256', secretKey } as const
  const { rotation } = await openNode(await openTestDatabase('sqlite'), { setting })
  await expect(rotation.rotate(0)).rejects.toMatchObject({
    reason: 'conflict',
    message: expect.stringContaining('SECRET_KEY'),
  })
})

test('the command line makes no key and retires none', async () => {
  const database = await openTestDatabase('sqlite')
  const asCommand = { serving: false, setting: { algorithm: 'ES256' } } as const
  const { keys, rotation } = await openNode(database, asCommand)
  expect(await rotation.list()).toEqual([])
  expect(() => keys.active).toThrow('No key signs tokens')
  const { kid } = (await openNode(database)).keys.active
  const command = await openNode(database, asCommand)
  expect(await statesOf(command)).toEqual({ [kid]: 'active' })
})
