// Security notices: what users hear of changes they may not have made, such as a new password or
// email address, a copy of their data, a sign-in on a new device (R97).

import type { NoticeKind } from '../../contract/account.ts'
import { type Clock, clockToleranceMs, dayMs } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { nameDevice } from '../devices/device-name.ts'
import type { UserIdentity } from '../tokens/identity.ts'

export interface SecurityNotice {
  id: string
  kind: NoticeKind
  atMs: number
  /** Where it was done; null where that is unknown, or where an admin did it. */
  address: string | null
  /** "Firefox on Linux". */
  deviceName: string | null
  /** Of a new device, while its session goes on and no one has answered for it. */
  newDeviceSessionId: string | null
  /** Whether this session is old enough to answer for it. */
  mayConfirm: boolean
}

export interface SecurityNotices {
  /**
   * Newest first, at most five. What this very browser did is left out: its page has said so. A new
   * device is shown until an older session has answered for it, whether its session goes on or not.
   */
  list(identity: UserIdentity): Promise<SecurityNotice[]>
  /** This browser shows them no more. Every other one still does: this may be the thief's. */
  dismiss(identity: UserIdentity, upToMs: number): Promise<void>
}

interface SecurityNoticesDeps {
  database: Database
  clock: Clock
}

/** In milliseconds: a browser that is new to the user shows no older notices. */
const newsLastsMs = 30 * dayMs
const noticesMax = 5

export function createSecurityNotices({ database, clock }: SecurityNoticesDeps): SecurityNotices {
  const { kysely } = database

  /** Since when this browser has shown nothing: its last sign-in before this one, or a dismissal. */
  async function readBrowser({ userId, sessionId }: UserIdentity): Promise<Browser> {
    const own = await kysely
      .selectFrom('sessions')
      .select(['device_id', 'notices_seen_at_ms', 'created_at_ms'])
      .where('id', '=', sessionId)
      .executeTakeFirst()
    // Without a device cookie no other session is known to be of this browser.
    const deviceId = own?.device_id ?? ''
    const latest = await kysely
      .selectFrom('sessions')
      .select(['id', 'created_at_ms', 'notices_seen_at_ms'])
      .where('user_id', '=', userId)
      .where('device_id', '=', deviceId)
      .orderBy('created_at_ms', 'desc')
      .limit(latestSessions)
      .execute()
    const before = latest.filter(({ id }) => id !== sessionId)
    const nowMs = clock.now()
    const times = [
      own?.notices_seen_at_ms,
      ...before.flatMap((row) => [row.created_at_ms, row.notices_seen_at_ms]),
    ]
    // A date in the future was written by a wrong clock: it must not silence what is to come.
    const believed = times.filter((atMs) => (atMs ?? 0) <= nowMs + clockToleranceMs)
    const sinceMs = Math.max(nowMs - newsLastsMs, ...believed.map((atMs) => atMs ?? 0))
    return { deviceId, sinceMs, begunAtMs: own?.created_at_ms ?? Number.POSITIVE_INFINITY }
  }

  return {
    async list(identity) {
      const { userId, sessionId } = identity
      const { deviceId, sinceMs, begunAtMs } = await readBrowser(identity)
      const rows = await kysely
        .selectFrom('audit_events as event')
        .leftJoin('sessions as session', 'session.id', 'event.session_id')
        .select(['event.id', 'event.notice', 'event.created_at_ms', 'event.actor_id'])
        .select(['event.address', 'event.user_agent'])
        .select(['session.id as session_id', 'session.created_at_ms as begun_at_ms'])
        .where('event.user_id', '=', userId)
        .where('event.notice', 'is not', null)
        .$narrowType<{ notice: NoticeKind }>()
        .where('event.created_at_ms', '>', sinceMs)
        .where((row) =>
          row.or([
            row('event.notice', 'in', ofTwoPlaces),
            row.and([
              row('event.session_id', 'is distinct from', sessionId),
              row('session.device_id', 'is distinct from', deviceId),
            ]),
          ]),
        )
        .where((row) =>
          row.or([
            row('event.notice', '!=', 'new_device'),
            row('session.is_new_device', 'is distinct from', 0),
          ]),
        )
        .orderBy('event.created_at_ms', 'desc')
        .limit(noticesMax)
        .execute()
      return rows.map((row) => {
        const isOwn = row.actor_id === null || row.actor_id === userId
        const isNewDevice = row.notice === 'new_device'
        return {
          id: row.id,
          kind: row.notice,
          atMs: row.created_at_ms,
          address: isOwn ? row.address : null,
          deviceName: isOwn ? nameDevice(row.user_agent) : null,
          newDeviceSessionId: isNewDevice ? row.session_id : null,
          mayConfirm: isNewDevice && row.begun_at_ms !== null && row.begun_at_ms > begunAtMs,
        }
      })
    },

    async dismiss({ userId, sessionId }, upToMs) {
      await kysely
        .updateTable('sessions')
        .set({ notices_seen_at_ms: Math.min(upToMs, clock.now()) })
        .where('id', '=', sessionId)
        .where('user_id', '=', userId)
        .execute()
    },
  }
}

/** A change by a session of this very browser may have been made elsewhere, with a copy of it. */
const ofTwoPlaces: NoticeKind[] = ['refreshed_elsewhere', 'token_copied']

interface Browser {
  /** '' where it keeps no device cookie. */
  deviceId: string
  sinceMs: number
  /** When the present session began. */
  begunAtMs: number
}

/** Those of one browser, which has one session at a time: older ones add nothing to these. */
const latestSessions = 20
