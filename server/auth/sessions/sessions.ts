// Sessions: one row each. Started at sign-in, rotated at every refresh, ended by sign-out or reuse.

import type { Compilable, RawBuilder } from 'kysely'
import { type Device, userAgentMaxLength } from '../../contract/device.ts'
import { formatScope, type Scope } from '../../contract/scopes.ts'
import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import { type Clock, dayMs } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { makeRandomId } from '../../db/random-id.ts'
import { RequiredWriteError, required } from '../../db/writes/required-write.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { KnownDevices } from '../devices/known-devices.ts'
import type { KnownPlaces } from '../devices/known-places.ts'
import type { RefreshTokens } from '../tokens/refresh-tokens.ts'
import type { Revocations } from '../tokens/revocations.ts'
import { createSessionEndings, type SessionEndings } from './session-endings.ts'
import { createSessionLimit } from './session-limit.ts'
import type { TokenHolder } from './session-replays.ts'
import {
  createSessionRotation,
  type SessionRotation,
  type StartedSession,
} from './session-rotation.ts'
import { createSessionRows, type Session, type SessionRows, toSession } from './session-rows.ts'

export interface NewSession {
  userId: string
  scopes: readonly Scope[]
  holder: TokenHolder
  /** The client's; null by default, since a built-in one has none. */
  registrationId?: string | null
  /**
   * "Keep me signed in", which only a browser offers. False by default: the computer may be shared.
   */
  rememberMe?: boolean
  device: Device
  /** The writes that belong to it, made from its id: all of it happens, or nothing. */
  extraWrites?: (id: string) => readonly Compilable[]
}

export interface Sessions
  extends SessionRotation,
    SessionEndings,
    Pick<SessionRows, 'listLive' | 'countLive'> {
  start(options: NewSession): Promise<StartedSession>
  /** Only where it has neither ended nor expired. `userId`: what a token says, where it says it. */
  findLive(id: string, userId?: string): Promise<Session | undefined>
  /**
   * "It was me": the device causes no notice any more.
   * @returns false where the answer does not count, and then nothing is written
   */
  confirmDevice(
    answer: DeviceAnswer,
    options?: { writes?: readonly Compilable[] },
  ): Promise<boolean>
  /** The same as a write for a batch, which changes no row where the answer does not count. */
  settleDevice(answer: DeviceAnswer): Compilable
}

/**
 * Whose a new device is. Only a session that began before it may say so: an attacker who knows the
 * password can begin another one afterwards, and so silence the notice of the first.
 */
export interface DeviceAnswer {
  userId: string
  /** The session on the new device. */
  id: string
  /** The session that answers. */
  byId: string
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** In milliseconds (R57). Without "keep me signed in" a computer counts as shared. */
export const sessionLifetimes = {
  cookie: { idleMs: 30 * minuteMs, absoluteMs: 12 * hourMs },
  persistent: { idleMs: 14 * dayMs, absoluteMs: 30 * dayMs },
  bearer: { idleMs: 14 * dayMs, absoluteMs: 30 * dayMs },
}

interface SessionsDeps {
  database: Database
  refreshTokens: RefreshTokens
  knownDevices: KnownDevices
  knownPlaces: KnownPlaces
  revocations: Revocations
  clock: Clock
  /** The one clock of all nodes, for the order of sessions and the grace after a rotation. */
  nowMs: () => RawBuilder<number>
  changeFeed: Pick<ChangeFeed, 'outMsWithin' | 'watchWrite'>
  auditLog: AuditLog
  /** Called after every write, so that watchers of the list check again. */
  onChange: () => void
}

export function createSessions(deps: SessionsDeps): Sessions {
  const { database, refreshTokens, knownDevices, knownPlaces, clock, nowMs, onChange } = deps
  const { kysely } = database
  const rows = createSessionRows(deps)
  const endings = createSessionEndings(deps)
  const limit = createSessionLimit(deps)
  const rotation = createSessionRotation({ ...deps, rows, endings })

  function settleDevice({ userId, id, byId }: DeviceAnswer): Compilable {
    return kysely
      .updateTable('sessions')
      .set({ is_new_device: 0 })
      .where('id', '=', id)
      .where('user_id', '=', userId)
      .where(({ eb, selectFrom }) =>
        eb(
          'created_at_ms',
          '>',
          selectFrom('sessions as older')
            .select('older.created_at_ms')
            .where('older.id', '=', byId)
            .where('older.user_id', '=', userId),
        ),
      )
  }

  return {
    ...rotation,
    ...endings,
    listLive: rows.listLive,
    countLive: rows.countLive,

    async start({ userId, scopes, holder, rememberMe = false, device, ...options }) {
      const { registrationId = null, extraWrites = () => [] } = options
      const { clientId, transport } = holder
      const persistent = rememberMe && transport === 'cookie'
      const startMs = clock.now()
      const { idleMs, absoluteMs } = sessionLifetimes[persistent ? 'persistent' : transport]
      // A browser that showed no device of ours gets one.
      const deviceId = transport === 'cookie' ? (device.deviceId ?? makeRandomId()) : null
      const userAgent = device.userAgent?.slice(0, userAgentMaxLength) ?? null
      const id = makeRandomId()
      const insert = kysely.insertInto('sessions').values({
        id,
        user_id: userId,
        client_id: clientId,
        registration_id: registrationId,
        scope: formatScope(scopes),
        counter: 0,
        rotated_at_ms: null,
        // The database says which of two sessions is older, whichever nodes they began on.
        created_at_ms: nowMs(),
        last_used_at_ms: startMs,
        idle_ms: idleMs,
        idle_expires_at_ms: startMs + idleMs,
        expires_at_ms: startMs + absoluteMs,
        revoked_at_ms: null,
        revoked_reason: null,
        transport,
        persistent: persistent ? 1 : 0,
        user_agent: userAgent,
        address: device.address,
        device_id: deviceId,
        is_new_device: knownDevices.isNewFlag({ userId, deviceId, clientId, userAgent }),
      })
      const remember = [
        ...(deviceId === null ? [] : knownDevices.remember(userId, deviceId)),
        ...knownPlaces.remember(userId, device.address),
      ]
      const newcomer = { id, userId, clientId, transport, startMs }
      await limit.begin(newcomer, [insert, ...remember, ...extraWrites(id)])
      onChange()
      const row = await rows.find(id)
      if (!row) throw new Error('A session is gone as soon as it has begun')
      const refreshToken = refreshTokens.make({ userId, sessionId: id, counter: row.counter })
      return { session: toSession(row), refreshToken }
    },

    async findLive(id, userId) {
      const row = await rows.findLive(id, userId)
      return row && toSession(row)
    },

    settleDevice,

    async confirmDevice(answer, { writes = [] } = {}) {
      try {
        await database.runAtomically([required(settleDevice(answer)), ...writes])
      } catch (error) {
        if (error instanceof RequiredWriteError) return false
        throw error
      }
      onChange()
      return true
    },
  }
}
