// What a user has to be told because it did not happen in front of him: a change of his password or
// e-mail address, a copy of his data, a new device (R97).

import type { ExpressionBuilder } from 'kysely'
import type { NoticeKind } from '../contract/account.ts'
import type { AuditEvent } from '../contract/audit-events.ts'
import { type Clock, dayMs } from '../db/clock.ts'
import type { Database } from '../db/database.ts'
import type { AuditEventsTable, Tables } from '../db/tables.ts'
import { nameDevice } from './device-name.ts'
import type { UserIdentity } from './identity.ts'
import { whereLive } from './session-rows.ts'

export interface SecurityNotice {
  id: string
  kind: NoticeKind
  atMs: number
  /** Where it was done; null where nobody knows, or it was an admin's place. */
  address: string | null
  /** "Firefox on Linux". */
  deviceName: string | null
}

export interface SecurityNotices {
  /** Newest first. What this very browser did is left out: the page has said so itself. */
  list(identity: UserIdentity): Promise<SecurityNotice[]>
  /** This browser shows them no more. Every other one still does: this may be the thief's. */
  dismiss(identity: UserIdentity, upToMs: number): Promise<void>
}

interface SecurityNoticesParts {
  database: Database
  clock: Clock
}

/** In milliseconds: a browser that is new to the user tells him no older news. */
const newsLastsMs = 30 * dayMs
const noticesMax = 5

export function createSecurityNotices({ database, clock }: SecurityNoticesParts): SecurityNotices {
  const { kysely } = database

  /** Since when this browser has told nothing: its last sign-in before this one, or a dismissal. */
  async function readBrowser({ userId, sessionId }: UserIdentity): Promise<Browser> {
    const own = await kysely
      .selectFrom('sessions')
      .select(['device_id', 'notices_seen_at_ms'])
      .where('id', '=', sessionId)
      .executeTakeFirst()
    // Without a device cookie no other session is known to be of this browser.
    const deviceId = own?.device_id ?? ''
    const before = await kysely
      .selectFrom('sessions')
      .select(({ fn }) => [
        fn.max('created_at_ms').as('began_at_ms'),
        fn.max('notices_seen_at_ms').as('seen_at_ms'),
      ])
      .where('user_id', '=', userId)
      .where('device_id', '=', deviceId)
      .where('id', '<>', sessionId)
      .executeTakeFirst()
    const sinceMs = Math.max(
      clock.now() - newsLastsMs,
      own?.notices_seen_at_ms ?? 0,
      before?.began_at_ms ?? 0,
      before?.seen_at_ms ?? 0,
    )
    return { userId, sessionId, deviceId, sinceMs }
  }

  async function listChanges({ userId, sessionId, deviceId, sinceMs }: Browser) {
    const ofThisBrowser = kysely
      .selectFrom('sessions')
      .select('id')
      .where('user_id', '=', userId)
      .where((row) => row.or([row('id', '=', sessionId), row('device_id', '=', deviceId)]))
    const rows = await kysely
      .selectFrom('audit_events')
      .selectAll()
      .where('user_id', '=', userId)
      .where('created_at_ms', '>', sinceMs)
      .where(isNews)
      .where((row) =>
        row.or([row('session_id', 'is', null), row('session_id', 'not in', ofThisBrowser)]),
      )
      .orderBy('created_at_ms', 'desc')
      .limit(noticesMax)
      .execute()
    return rows.map((row) => {
      const kind = kindOfEvent[row.event] ?? 'password_changed'
      const isOwn = row.actor_id === null || row.actor_id === userId
      return describe(row.id, kind, row.created_at_ms, isOwn ? row : nowhere)
    })
  }

  /** Those that he has not recognised yet. */
  async function listNewDevices({ userId, sessionId, sinceMs }: Browser) {
    const rows = await whereLive(kysely.selectFrom('sessions'), clock.now())
      .selectAll()
      .where('user_id', '=', userId)
      .where('id', '<>', sessionId)
      .where('is_new_device', '=', 1)
      .where('created_at_ms', '>', sinceMs)
      .orderBy('created_at_ms', 'desc')
      .limit(noticesMax)
      .execute()
    return rows.map((row) => describe(row.id, 'new_device', row.created_at_ms, row))
  }

  return {
    async list(identity) {
      const browser = await readBrowser(identity)
      const notices = [...(await listChanges(browser)), ...(await listNewDevices(browser))]
      return notices.sort((one, other) => other.atMs - one.atMs).slice(0, noticesMax)
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

interface Browser {
  userId: string
  sessionId: string
  /** '' where it keeps no device cookie. */
  deviceId: string
  sinceMs: number
}

type Place = Pick<AuditEventsTable, 'address' | 'user_agent'>

const nowhere: Place = { address: null, user_agent: null }

function describe(id: string, kind: NoticeKind, atMs: number, place: Place): SecurityNotice {
  return { id, kind, atMs, address: place.address, deviceName: nameDevice(place.user_agent) }
}

const kindOfEvent: Partial<Record<AuditEvent, NoticeKind>> = {
  password_changed: 'password_changed',
  password_set_by_admin: 'password_set_by_admin',
  profile_changed: 'email_changed',
  data_exported: 'data_exported',
}

/** Of a changed profile only the e-mail address: it is a way in. */
function isNews(row: ExpressionBuilder<Tables, 'audit_events'>) {
  return row.or([
    row('event', 'in', ['password_changed', 'password_set_by_admin', 'data_exported']),
    row.and([row('event', '=', 'profile_changed'), row('what', '=', 'email')]),
  ])
}
