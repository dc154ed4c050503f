// A database full of users and sessions, filled by SQL: a million of them in a minute, not in hours.

import { join } from 'node:path'
import Libsql from 'libsql'
import { createMasterKeys, loadMasterKeyFile } from '../../server/auth/secrets/master-key.ts'
import { sessionLifetimes } from '../../server/auth/sessions/sessions.ts'
import { createRefreshTokens } from '../../server/auth/tokens/refresh-tokens.ts'
import { formatScope, scopesOfRole } from '../../server/contract/scopes.ts'

/** Everyone's password: their rows are copies of the demo account's. */
export const crowdPassword = 'secret'

export function crowdName(index: number): string {
  return `user${index + 1}`
}

/**
 * `user1` to `user<count>`, with a session and an entry in the audit log each. Nothing else has it
 * open.
 */
export function fillSqlite(dataDir: string, count: number): void {
  const database = new Libsql(join(dataDir, 'keycard.db'))
  try {
    // So that a million keys are sorted in memory.
    database.exec('pragma cache_size = -200000')
    database.exec('begin')
    for (const statement of crowdStatements(count)) {
      database.exec(statement)
    }
    database.exec('commit')
  } finally {
    database.close()
  }
}

/** Refresh tokens of so many of the sessions, taken from all over the table. */
export function sampleRefreshTokens(dataDir: string, count: number): string[] {
  const database = new Libsql(join(dataDir, 'keycard.db'), { readonly: true })
  try {
    const rows = database
      .prepare(
        "select user_id, id, counter from sessions where transport = 'bearer' and revoked_at_ms is null order by random() limit ?",
      )
      .raw()
      .all([count]) as [userId: string, id: string, counter: number][]
    const tokens = createRefreshTokens(createMasterKeys(loadMasterKeyFile(dataDir)))
    return rows.map(([userId, sessionId, counter]) => tokens.make({ userId, sessionId, counter }))
  } finally {
    database.close()
  }
}

/** As if no user had been active: the time a user was last seen is written once a minute. */
export function forgetLastSeen(dataDir: string): void {
  const database = new Libsql(join(dataDir, 'keycard.db'))
  try {
    database.exec('update users set last_seen_at_ms = 0 where last_seen_at_ms > 0')
  } finally {
    database.close()
  }
}

function crowdStatements(count: number): string[] {
  const randomId = 'lower(hex(randomblob(11)))'
  const { idleMs, absoluteMs } = sessionLifetimes.bearer
  const nowMs = Date.now()
  const isOfTheCrowd = `username_key like 'user%'`
  return [
    `with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${count})
     insert into users (id, username, username_key, role, password_hash, password_key_id,
       password_changed_at_ms, created_at_ms, updated_at_ms)
     select ${randomId}, 'user' || n, 'user' || n, 'user', password_hash, password_key_id,
       password_changed_at_ms, created_at_ms + n, updated_at_ms
     from numbers cross join (select * from users where username_key = 'johndoe') as model`,
    `insert into user_search_keys (key, user_id)
     select username_key || char(10) || username_key || char(10) || ' ' || username_key, id
     from users where ${isOfTheCrowd}`,
    `insert into sessions (id, user_id, client_id, scope, created_at_ms, last_used_at_ms, idle_ms,
       idle_expires_at_ms, expires_at_ms, transport)
     select ${randomId}, id, 'keycard-web', '${formatScope(scopesOfRole.user)}', ${nowMs}, ${nowMs},
       ${idleMs}, ${nowMs + idleMs}, ${nowMs + absoluteMs}, 'bearer'
     from users where ${isOfTheCrowd}`,
    `insert into audit_events (id, created_at_ms, event, user_id, session_id, client_id, what, address)
     select ${randomId}, created_at_ms, 'signed_in', user_id, id, client_id, transport, '127.0.0.1'
     from sessions`,
  ]
}
