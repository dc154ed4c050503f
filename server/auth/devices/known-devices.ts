// Known devices: the browsers that a user has signed in with, told apart by their device cookie.

import { type Compilable, type RawBuilder, sql } from 'kysely'
import { deviceLifetimeMs } from '../../contract/device.ts'
import type { Clock } from '../../db/clock.ts'
import type { Flag } from '../../db/columns.ts'
import type { Database } from '../../db/database.ts'
import { rememberNewest } from './remember-newest.ts'

/** What is about to sign in, as far as it can be told apart from others. */
export interface SigningInDevice {
  userId: string
  /** null for a client without a cookie: it is known by its client id and user agent. */
  deviceId: string | null
  clientId: string
  userAgent: string | null
}

export interface KnownDevices {
  /** Whether this user has signed in with it. False for a device that has proved no id. */
  isKnown(userId: string, deviceId: string | undefined): Promise<boolean>
  /**
   * 1 where the user has signed in before, but not there. It is an expression and not a value, so
   * that the statement that stores the session computes it.
   */
  isNewFlag(device: SigningInDevice): RawBuilder<Flag>
  /** The writes of a sign-in with it, which also forget all but the 20 used last. */
  remember(userId: string, deviceId: string): Compilable[]
  /** The next sign-in with it counts as one with a new device again. */
  forget(userId: string, deviceId: string): Compilable
  /** A holder of one of their cookies then counts as a stranger. */
  forgetAll(userId: string): Compilable
}

/**
 * The writes after which no device and no place of a user is known, as a changed password intends.
 */
export type ForgetKnown = (userId: string) => Compilable[]

export function createKnownDevices(parts: { database: Database; clock: Clock }): KnownDevices {
  const { clock } = parts
  const { kysely } = parts.database
  return {
    async isKnown(userId, deviceId) {
      if (deviceId === undefined) return false
      const row = await kysely
        .selectFrom('known_devices')
        .select('device_id')
        .where('user_id', '=', userId)
        .where('device_id', '=', deviceId)
        .where('last_used_at_ms', '>', clock.now() - deviceLifetimeMs)
        .executeTakeFirst()
      return row !== undefined
    },

    isNewFlag({ userId, deviceId, clientId, userAgent }) {
      const sameDevice =
        deviceId === null
          ? sql`select 1 from sessions where user_id = ${userId} and client_id = ${clientId}
              and device_id is null and user_agent is not distinct from ${userAgent}`
          : sql`select 1 from known_devices where user_id = ${userId} and device_id = ${deviceId}`
      return sql<Flag>`case when not exists (${sameDevice}) and (
          exists (select 1 from sessions where user_id = ${userId})
          or exists (select 1 from known_devices where user_id = ${userId})
        ) then 1 else 0 end`
    },

    remember: (userId, deviceId) =>
      rememberNewest(kysely, {
        table: 'known_devices',
        column: 'device_id',
        userId,
        value: deviceId,
        nowMs: clock.now(),
        lifetimeMs: deviceLifetimeMs,
      }),

    forget: (userId, deviceId) =>
      kysely
        .deleteFrom('known_devices')
        .where('user_id', '=', userId)
        .where('device_id', '=', deviceId),

    forgetAll: (userId) => kysely.deleteFrom('known_devices').where('user_id', '=', userId),
  }
}
