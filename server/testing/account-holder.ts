// A user with an account, on either engine: for tests of what users do with it, and the effects.

import { randomBytes } from 'node:crypto'
import { beforeAll } from 'vitest'
import type { StoredPassword } from '../auth/passwords/stored-password.ts'
import type { SessionTransport } from '../auth/sessions/session-rows.ts'
import type { UserIdentity } from '../auth/tokens/identity.ts'
import type { Device } from '../contract/device.ts'
import { type Role, scopesOfRole } from '../contract/scopes.ts'
import type { Engine } from '../db/database.ts'
import type { AllServices } from '../services.ts'
import { createTestPlace, testPatience } from './databases.ts'
import { openTestApp, type TestApp } from './test-app.ts'
import { createTestClock, type TestClock } from './test-clock.ts'

export interface SharedApp {
  app(): TestApp
  clock: TestClock
}

/** A whole Keycard on that engine for all tests of a block, with a clock that the tests set. */
export function shareTestApp(engine: Engine, settings: Record<string, string> = {}): SharedApp {
  const clock = createTestClock()
  let keycard: TestApp | undefined
  beforeAll(async () => {
    const place = await createTestPlace(engine)
    const masterKey = randomBytes(32).toString('base64')
    const env = { DATABASE_URL: place.url ?? '', MASTER_KEY: masterKey, DEMO_ACCOUNTS: 'off' }
    const opened = await openTestApp({
      env: { ...env, ...settings },
      clock,
      databasePatience: testPatience,
    })
    keycard = opened
    return async () => {
      await opened.close()
      await place.remove()
    }
  })
  return {
    clock,
    app() {
      if (!keycard) throw new Error('Keycard is open only while tests run')
      return keycard
    },
  }
}

export interface SignedIn {
  identity: UserIdentity
  accessToken: string
  refreshToken: string
}

export interface Holder {
  id: string
  username: string
  password: string
  /**
   * Starts a session as if the password had just been right: hashing is what slows tests down. With
   * a device it is the session of a browser that showed the cookie of that id.
   */
  signIn(deviceId?: string): Promise<SignedIn>
  /** Whether the password is accepted. */
  opensWith(password: string): Promise<boolean>
}

export const someDevice: Device = { address: '192.0.2.7', userAgent: 'Firefox on Linux' }

const password = 'eleven copper kettles singing'
const storedPasswords = new WeakMap<AllServices, Promise<StoredPassword>>()

/** Its name is unique. All such users share one password, which is hashed once. */
export async function makeHolder(services: AllServices, role: Role = 'user'): Promise<Holder> {
  const stored = storedPasswords.get(services) ?? services.passwords.hash(password)
  storedPasswords.set(services, stored)
  const username = `user-${randomBytes(6).toString('hex')}`
  const { id, tokenVersion } = await services.users.create({
    username,
    email: `${username}@example.com`,
    fullName: null,
    role,
    disabled: false,
    password: await stored,
    isDemo: false,
  })
  return {
    id,
    username,
    password,

    async signIn(deviceId) {
      const { sessions, accessTokens, identities, clients } = services
      const transport: SessionTransport = deviceId === undefined ? 'bearer' : 'cookie'
      const holder = { clientId: clients.web.id, transport }
      const device = { ...someDevice, deviceId }
      const scopes = scopesOfRole[role]
      const started = await sessions.start({ userId: id, scopes, holder, device })
      const { session, refreshToken } = started
      const { token } = await accessTokens.issue({
        kind: 'user',
        userId: id,
        sessionId: session.id,
        clientId: clients.web.id,
        scopes,
        tokenVersion,
      })
      const identity = identities.requireUser(await identities.authenticateToken(token))
      return { identity, accessToken: token, refreshToken }
    },

    async opensWith(presented) {
      const request = {
        username,
        password: presented,
        scope: undefined,
        transport: 'bearer' as const,
      }
      const client = services.clients.web
      return services.passwordGrant({ ...request, client, device: someDevice }).then(yes, no)
    },
  }
}

const yes = () => true
const no = () => false

/** Whether the session still gives new tokens, and the access token is still accepted. */
export async function isAlive(services: AllServices, { accessToken, refreshToken }: SignedIn) {
  const isRefreshed = await services.sessions.isLive(refreshToken)
  const isOpening = await services.identities.authenticateToken(accessToken).then(yes, no)
  return { isRefreshed, isOpening }
}

export const alive = { isRefreshed: true, isOpening: true }
export const dead = { isRefreshed: false, isOpening: false }

/** A user's entries in the audit log, oldest first: the events, with their details. */
export async function readAuditLog({ database }: AllServices, userId: string): Promise<string[]> {
  const rows = await database.kysely
    .selectFrom('audit_events')
    .select(['event', 'what', 'why'])
    .where('user_id', '=', userId)
    .orderBy('created_at_ms')
    .execute()
  return rows.map(({ event, what, why }) => [event, what ?? why].filter(Boolean).join(' '))
}
