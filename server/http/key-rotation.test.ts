// Key rotation under load: two servers on one database, constant calls, and no call is refused.

import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { decodeProtectedHeader } from 'jose'
import { expect, onTestFinished, test } from 'vitest'
import { createApp } from '../app.ts'
import type { AccessTokenSubject } from '../auth/tokens/access-tokens.ts'
import { readConfig } from '../config.ts'
import type { Engine } from '../db/database.ts'
import { type AllServices, createServices } from '../services.ts'
import { createTestPlace, forEachEngine, type TestPlace } from '../testing/databases.ts'
import { startPostgresProxy } from '../testing/postgres-proxy.ts'
import { cheapestBcryptCost } from '../testing/test-app.ts'

interface Server {
  app: FastifyInstance
  services: AllServices
}

const masterKey = Buffer.from('0123456789abcdefghijklmnopqrstuv').toString('base64')
const rotations = 10
/** Longer than one poll: this is what the `next` state is for. */
const longEnoughMs = 500
/** So an unknown `kid` makes no server ask the database. */
const never = Number.POSITIVE_INFINITY

async function openServer(place: TestPlace, unknownKidCooldownMs?: number): Promise<Server> {
  const config = readConfig({
    NODE_ENV: 'test',
    DATABASE_URL: place.url ?? '',
    DATA_DIR: place.dataDir,
    MASTER_KEY: masterKey,
    LOG_LEVEL: 'silent',
  })
  const cooldown = unknownKidCooldownMs === undefined ? {} : { unknownKidCooldownMs }
  const services = await createServices(config, { bcryptCost: cheapestBcryptCost, ...cooldown })
  const app = await createApp(services)
  onTestFinished(async () => {
    await app.close()
    await services.close()
  })
  return { app, services }
}

async function openPair(
  engine: Engine,
  unknownKidCooldownMs?: number,
  reach: (place: TestPlace) => Promise<TestPlace> = async (place) => place,
): Promise<[Server, Server]> {
  const made = await createTestPlace(engine)
  onTestFinished(() => made.remove())
  const place = await reach(made)
  return [
    await openServer(place, unknownKidCooldownMs),
    await openServer(place, unknownKidCooldownMs),
  ]
}

/** The servers then hear of a new key only by the poll. */
async function withoutAnnouncements(place: TestPlace): Promise<TestPlace> {
  if (place.url === undefined) return place
  const proxy = await startPostgresProxy(place.url, /^listen|pg_notify/i)
  onTestFinished(() => proxy.close())
  return { ...place, url: proxy.url }
}

/** Starts a user's session once; its tokens are then made without hashing a password each time. */
async function signIn({ services }: Server): Promise<AccessTokenSubject> {
  const { tokens } = await services.passwordGrant({
    username: 'johndoe',
    password: 'secret',
    scope: undefined,
    client: services.clients.web,
    transport: 'bearer',
    device: { address: null, userAgent: null },
  })
  return services.identities.identify([`Bearer ${tokens.access_token}`])
}

async function call({ app }: Server, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` }
  return (await app.inject({ url: '/api/protected', headers })).statusCode
}

/** Shows each server's new token to the other at once, and an old one to both, until told to stop. */
function startCalls(servers: readonly [Server, Server], subject: AccessTokenSubject) {
  const [one, other] = servers
  const counts = new Map<number, number>()
  const kids = new Set<string>()
  const issued: string[] = []
  let isOver = false

  async function callAndCount(server: Server, token: string): Promise<void> {
    const status = await call(server, token)
    counts.set(status, (counts.get(status) ?? 0) + 1)
  }

  async function run(): Promise<void> {
    while (!isOver) {
      const tokens = await Promise.all(
        servers.map(async ({ services }) => (await services.accessTokens.issue(subject)).token),
      )
      issued.push(...tokens)
      for (const token of tokens) kids.add(decodeProtectedHeader(token).kid ?? '')
      const [fromOne = '', fromOther = ''] = tokens
      const older = issued[Math.floor(Math.random() * issued.length)] ?? ''
      await Promise.all([
        callAndCount(other, fromOne),
        callAndCount(one, fromOther),
        callAndCount(one, older),
        callAndCount(other, older),
      ])
      // About 300 calls a second, if the machine can.
      await sleep(10)
    }
  }

  const running = run()
  return {
    async stop() {
      isOver = true
      await running
      return { counts: Object.fromEntries(counts), kids }
    },
  }
}

async function rotateUnderLoad(servers: [Server, Server], waitMs: number) {
  const calls = startCalls(servers, await signIn(servers[0]))
  for (let turn = 0; turn < rotations; turn++) {
    // The two servers take turns.
    await (servers[turn % 2] as Server).services.keyRotation.rotate(waitMs)
    await sleep(100)
  }
  return calls.stop()
}

forEachEngine((engine) => {
  test('R112: ten rotations under load refuse no call', async () => {
    const { counts, kids } = await rotateUnderLoad(await openPair(engine, never), longEnoughMs)
    expect(Object.keys(counts)).toEqual(['200'])
    // Each key has signed, so calls have seen every change.
    expect(kids.size).toBe(rotations + 1)
  })

  test('R112: a key that skips the `next` state is fetched on demand, and no call is refused', async () => {
    const servers = await openPair(engine, 0)
    const { counts } = await rotateUnderLoad(servers, 0)
    expect(Object.keys(counts)).toEqual(['200'])
  })

  test('control: with neither `next` nor lookups of unknown keys, calls are refused', async () => {
    const servers = await openPair(engine, never, withoutAnnouncements)
    let refused = 0
    // A machine that stalls may have polled before each call.
    for (let tries = 0; refused === 0 && tries < 10; tries++) {
      const { counts } = await rotateUnderLoad(servers, 0)
      expect(counts[200]).toBeGreaterThan(0)
      refused = counts[401] ?? 0
    }
    expect(refused).toBeGreaterThan(0)
  })

  test('R112: a dropped key is refused by every server within one poll, and other keys stay valid', async () => {
    const [one, other] = await openPair(engine)
    const subject = await signIn(one)
    const { token } = await one.services.accessTokens.issue(subject)
    expect([await call(one, token), await call(other, token)]).toEqual([200, 200])
    await one.services.keyRotation.drop(decodeProtectedHeader(token).kid ?? '')
    expect(await call(one, token)).toBe(401)
    await expect.poll(() => call(other, token)).toBe(401)
    const { token: later } = await other.services.accessTokens.issue(subject)
    expect([await call(one, later), await call(other, later)]).toEqual([200, 200])
  })
})
