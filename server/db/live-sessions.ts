// Which sessions live, as a condition: neither ended nor expired.

import type { SelectQueryBuilder } from 'kysely'
import type { Tables } from './tables.ts'

export function whereLive<Columns>(
  query: SelectQueryBuilder<Tables, 'sessions', Columns>,
  nowMs: number,
): SelectQueryBuilder<Tables, 'sessions', Columns> {
  return query
    .where('revoked_at_ms', 'is', null)
    .where('idle_expires_at_ms', '>', nowMs)
    .where('expires_at_ms', '>', nowMs)
}
