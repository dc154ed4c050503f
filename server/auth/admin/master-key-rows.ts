// What the tables say about master keys: which ones hashes and signing keys name, and when each made tokens.

import { sql } from 'kysely'
import type { Database } from '../../db/database.ts'
import { whereLive } from '../../db/live-sessions.ts'
import { sealedWith } from '../secrets/sealed-text.ts'

/** Of the accounts whose password hash names it. Walks along the index, from one key to the next. */
export async function listAccountKeyIds({ kysely }: Database): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive used(id) as (
      select min(password_key_id) from users
      union all
      select (select min(password_key_id) from users where password_key_id > used.id)
      from used where used.id is not null)
    select id from used where id is not null`.execute(kysely)
  return rows.map(({ id }) => id)
}

export async function countAccounts({ kysely }: Database): Promise<ReadonlyMap<string, number>> {
  const rows = await kysely
    .selectFrom('users')
    .select(({ fn }) => ['password_key_id', fn.countAll<number>().as('count')])
    .where('password_key_id', 'is not', null)
    .groupBy('password_key_id')
    .execute()
  return new Map(rows.map((row) => [row.password_key_id ?? '', Number(row.count)]))
}

/** One for each signing key. */
export async function listSealingKeyIds({ kysely }: Database): Promise<string[]> {
  const rows = await kysely.selectFrom('signing_keys').select('private_encrypted').execute()
  return rows.map((row) => sealedWith(row.private_encrypted))
}

/** Refresh tokens that were made after `afterMs` and up to `upToMs` are attributed to this key. */
export interface KeySpan {
  id: string
  afterMs: number
  upToMs: number
}

/**
 * Oldest first. A key's time ends where the next one was the newest at a server for the first time,
 * or where a server that still had this one as the newest was stopped.
 */
export async function listKeySpans({ kysely }: Database): Promise<KeySpan[]> {
  const rows = await kysely
    .selectFrom('master_keys')
    .selectAll()
    .orderBy('newest_from_ms')
    .execute()
  let afterMs = -1
  return rows.map((row, index) => {
    const nextFromMs = rows[index + 1]?.newest_from_ms ?? Number.MAX_SAFE_INTEGER
    const upToMs = Math.max(afterMs, nextFromMs, row.newest_up_to_ms ?? 0)
    const span = { id: row.key_id, afterMs, upToMs }
    afterMs = upToMs
    return span
  })
}

/** The live sessions whose token is of that time, and when the last of them ends. */
export async function sumSessions(
  { kysely }: Database,
  { afterMs, upToMs }: KeySpan,
  nowMs: number,
): Promise<{ count: number; endAtMs: number | null }> {
  const madeAtMs = sql<number>`coalesce(rotated_at_ms, created_at_ms)`
  const row = await whereLive(kysely.selectFrom('sessions'), nowMs)
    .select(({ fn }) => [
      fn.countAll<number>().as('count'),
      sql<number | null>`max(case when idle_expires_at_ms < expires_at_ms
        then idle_expires_at_ms else expires_at_ms end)`.as('end_at_ms'),
    ])
    .where(madeAtMs, '>', afterMs)
    .where(madeAtMs, '<=', upToMs)
    .executeTakeFirstOrThrow()
  return {
    count: Number(row.count),
    endAtMs: row.end_at_ms === null ? null : Number(row.end_at_ms),
  }
}
