// What a user has signed in with or from: the twenty used last are remembered, and no older ones.

import { type Compilable, type Kysely, sql } from 'kysely'
import type { Tables } from '../../db/tables.ts'

interface Used {
  table: 'known_devices' | 'known_places'
  column: 'device_id' | 'place'
  userId: string
  value: string
  nowMs: number
  /** How long it counts after its last use. */
  lifetimeMs: number
}

const newestMax = 20

/** The writes of one use: it becomes the newest, and surplus or expired ones are deleted. */
export function rememberNewest(kysely: Kysely<Tables>, used: Used): Compilable[] {
  const { userId, value, nowMs, lifetimeMs } = used
  const [table, column] = [sql.table(used.table), sql.ref(used.column)]
  const statements = [
    sql`insert into ${table} (user_id, ${column}, created_at_ms, last_used_at_ms)
      values (${userId}, ${value}, ${nowMs}, ${nowMs})
      on conflict (user_id, ${column}) do update set last_used_at_ms = excluded.last_used_at_ms`,
    sql`delete from ${table} where user_id = ${userId}
      and (last_used_at_ms <= ${nowMs - lifetimeMs} or ${column} not in
        (select ${column} from ${table} where user_id = ${userId}
          order by last_used_at_ms desc limit ${sql.lit(newestMax)}))`,
  ]
  return statements.map((statement) => ({ compile: () => statement.compile(kysely) }))
}
