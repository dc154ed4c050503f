// The rules of sessions over a test's database, with their own clock and a user to sign in.

import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import pino from 'pino'
import { createAuditLog } from '../auth/audit/audit-log.ts'
import { createEventCounts } from '../auth/audit/event-counts.ts'
import { createKnownDevices } from '../auth/devices/known-devices.ts'
import { createKnownPlaces } from '../auth/devices/known-places.ts'
import { createMasterKeys } from '../auth/secrets/master-key.ts'
import type { SessionTransport } from '../auth/sessions/session-rows.ts'
import { createSessions, type NewSession } from '../auth/sessions/sessions.ts'
import { createRefreshTokens } from '../auth/tokens/refresh-tokens.ts'
import { createRevocations } from '../auth/tokens/revocations.ts'
import type { Device } from '../contract/device.ts'
import type { Scope } from '../contract/scopes.ts'
import { lengthSince } from '../db/changes/database-outages.ts'
import { toSeconds } from '../db/clock.ts'
import type { Database } from '../db/database.ts'
import { createFailedWrites } from '../db/writes/failed-writes.ts'
import { insertUser } from './databases.ts'
import { stillFeed } from './still-feed.ts'
import { createTestClock } from './test-clock.ts'

const masterKeys = createMasterKeys([randomBytes(32)])

export const testRefreshTokens = createRefreshTokens(masterKeys)

/** What every session of these tests is granted. */
export const testScopes: Scope[] = ['me', 'me:write']

/** Where every session begins, and refreshes unless a test says otherwise. */
export const testDevice: Device = { address: '192.0.2.1', userAgent: 'curl/8' }

export async function openTestSessions(database: Database) {
  const clock = createTestClock()
  /** How many milliseconds after it was sent a statement is carried out. */
  const delay = { ms: 0 }
  /** For how many milliseconds the database has just been silent. */
  const outage = { ms: 0 }
  const failedWrites = createFailedWrites(clock.now)
  const alarms: string[] = []
  const seen = { changes: 0 }
  const revocations = await createRevocations({
    database,
    clock,
    nowMs: () => sql.lit(clock.now()),
    accessTokenLifetimeSeconds: 900,
    feed: stillFeed,
  })
  const knownDevices = createKnownDevices({ database, clock })
  const knownPlaces = createKnownPlaces({ database, clock, masterKeys })
  const sessions = createSessions({
    database,
    refreshTokens: testRefreshTokens,
    knownDevices,
    knownPlaces,
    revocations,
    clock,
    nowMs: () => sql.lit(clock.now() + delay.ms),
    changeFeed: {
      watchWrite: failedWrites.watch,
      outMsWithin: (lastMs) =>
        Math.min(Math.max(0, lastMs), outage.ms) +
        lengthSince(clock.now() - lastMs, failedWrites.outages()),
    },
    auditLog: createAuditLog({
      database,
      clock,
      logger: pino({ level: 'warn' }, { write: (line) => alarms.push(describeAlarm(line)) }),
      eventCounts: createEventCounts(),
    }),
    onChange: () => {
      seen.changes += 1
    },
  })
  const userId = await insertUser(database)

  async function findDeviceId(refreshToken: string): Promise<string | undefined> {
    const session = await sessions.findLive(testRefreshTokens.read(refreshToken)?.sessionId ?? '')
    return session?.deviceId ?? undefined
  }

  return {
    clock,
    delay,
    outage,
    alarms,
    /** How often a change of a session was announced. */
    seen,
    sessions,
    knownDevices,
    revocations,
    userId,
    start: (
      transport: SessionTransport = 'bearer',
      clientId = 'keycard-web',
      more: Partial<NewSession> = {},
    ) =>
      sessions.start({
        userId,
        scopes: testScopes,
        holder: { clientId, transport },
        device: testDevice,
        ...more,
      }),
    /** A browser shows the device cookie that it was given, unless a test says otherwise. */
    async rotate(
      refreshToken: string,
      transport: SessionTransport = 'bearer',
      clientId = 'keycard-web',
      device: Partial<Device> = {},
    ) {
      const deviceId = transport === 'cookie' ? await findDeviceId(refreshToken) : undefined
      const shown = { ...testDevice, deviceId, ...device }
      return sessions.rotate(refreshToken, { clientId, transport, device: shown })
    },
    row: (id: string) =>
      database.kysely
        .selectFrom('sessions')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirstOrThrow(),
    /** A token that was issued at most a second ago. */
    isRevoked: (sessionId: string) =>
      revocations.isRevoked({
        sessionId,
        userId,
        tokenVersion: 0,
        issuedAt: toSeconds(clock.now()) + 1,
      }),
  }
}

function describeAlarm(line: string): string {
  const { event, sessionId } = JSON.parse(line)
  return `${event} ${sessionId}`
}
