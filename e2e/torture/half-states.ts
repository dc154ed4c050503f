// What must never be in the tables, however a process ended: one half of a change without the other.

import { sql } from 'kysely'
import type { Database } from '../../server/db/database.ts'

interface HalfState {
  /** Counts the rows that are wrong. */
  count: string
  /** Makes one, for the control. */
  damage: string
}

const halves: Readonly<Record<string, HalfState>> = {
  'a session that ended, its tokens not revoked': {
    count: `select count(*) as n from sessions s where s.revoked_at_ms is not null and not exists
      (select 1 from revocations r where r.kind = 'session' and r.subject = s.id)`,
    damage: `update sessions set revoked_at_ms = 1 where id in
      (select id from sessions where revoked_at_ms is null limit 1)`,
  },
  'tokens revoked of a session that lives': {
    count: `select count(*) as n from sessions s where s.revoked_at_ms is null and exists
      (select 1 from revocations r where r.kind = 'session' and r.subject = s.id)`,
    damage: `insert into revocations (id, kind, subject, created_at_ms)
      select id, 'session', id, 0 from sessions where revoked_at_ms is null limit 1`,
  },
  'a session that the audit log has no beginning of': {
    count: `select count(*) as n from sessions s where not exists
      (select 1 from audit_events a where a.event = 'signed_in' and a.session_id = s.id)`,
    damage: `delete from audit_events where event = 'signed_in'`,
  },
  'a sign-out that the audit log does not know': {
    count: `select count(*) as n from sessions s where s.revoked_reason = 'signed_out' and not exists
      (select 1 from audit_events a where a.event = 'signed_out' and a.session_id = s.id)`,
    damage: `update sessions set revoked_reason = 'signed_out'`,
  },
  'a sign-up that the audit log does not know': {
    count: `select count(*) as n from users u where u.is_demo = 0 and not exists
      (select 1 from audit_events a where a.event = 'registered' and a.user_id = u.id)`,
    damage: `delete from audit_events where event = 'registered'`,
  },
  'a user that no search finds': {
    count: `select count(*) as n from users u where not exists
      (select 1 from user_search_keys k where k.user_id = u.id)`,
    damage: `delete from user_search_keys`,
  },
  'a password change that the audit log does not know': {
    count: `select count(*) as n from users u where u.password_changed_at_ms > u.created_at_ms
      and not exists
      (select 1 from audit_events a where a.event = 'password_changed' and a.user_id = u.id)`,
    damage: `update users set password_changed_at_ms = 9000000000000`,
  },
  'a password changed, and the other sessions live': {
    count: `select count(*) as n from users u where 1 < (select count(*) from sessions s
      where s.user_id = u.id and s.revoked_at_ms is null
      and s.created_at_ms < u.password_changed_at_ms)`,
    damage: `update sessions set revoked_at_ms = null, user_id = (select user_id from sessions limit 1)`,
  },
  'a deleted account that is there': {
    count: `select count(*) as n from audit_events a where a.event = 'account_deleted' and exists
      (select 1 from users u where u.id = a.user_id and u.deleted_at_ms is null)`,
    damage: `insert into audit_events (id, created_at_ms, event, user_id)
      select id, 0, 'account_deleted', id from users where is_demo = 1`,
  },
  'a deleted account, its tokens not revoked': {
    count: `select count(*) as n from audit_events a where a.event = 'account_deleted' and not exists
      (select 1 from revocations r where r.kind = 'user' and r.subject = a.user_id)`,
    damage: `delete from revocations where kind = 'user'`,
  },
  'rows of a user who is not there': {
    count: `select count(*) as n from (select user_id as id from sessions
      union all select owner_id from items union all select user_id from user_search_keys
      union all select user_id from known_devices union all select user_id from known_places
      union all select user_id from passkeys) owned
      where not exists (select 1 from users u where u.id = owned.id)`,
    damage: `delete from users where id in (select user_id from sessions)`,
  },
}

/** One line for each kind that is found; on SQLite also what is wrong with the file itself. */
export async function findHalfStates(database: Database): Promise<string[]> {
  const found: string[] = []
  for (const [what, { count }] of Object.entries(halves)) {
    const { rows } = await sql.raw<{ n: number }>(count).execute(database.kysely)
    const number = Number(rows[0]?.n)
    if (number > 0) found.push(`${number} × ${what}`)
  }
  if (database.engine === 'sqlite') {
    const check = sql<{ integrity_check: string }>`pragma integrity_check`
    const { rows } = await check.execute(database.kysely)
    if (rows[0]?.integrity_check !== 'ok') found.push(`the file: ${JSON.stringify(rows)}`)
  }
  return found
}

/** Control: every kind is made in an SQLite database, and looked for. @returns what was not found */
export async function findBlindSpots(database: Database): Promise<string[]> {
  await sql`pragma foreign_keys = off`.execute(database.kysely)
  const blind: string[] = []
  for (const [what, { damage }] of Object.entries(halves)) {
    await sql.raw(damage).execute(database.kysely)
    const found = await findHalfStates(database)
    if (!found.some((line) => line.endsWith(what))) blind.push(what)
  }
  return blind
}
