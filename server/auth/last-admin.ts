// Somebody has to be able to let people in again: the last admin who can sign in stays one.

import type { ExpressionBuilder, Kysely } from 'kysely'
import { AppError } from '../contract/app-error.ts'
import type { Tables } from '../db/tables.ts'

/**
 * Goes first in a batch that takes an admin away. It changes nothing, but two such batches then wait
 * for each other: on PostgreSQL each would otherwise see the admin that the other one removes.
 */
export function lockAdmins(kysely: Kysely<Tables>) {
  return kysely
    .updateTable('users')
    .set(({ ref }) => ({ updated_at_ms: ref('updated_at_ms') }))
    .where('role', '=', 'admin')
    .where('disabled', '=', 0)
}

/** The condition of the write: the user is no admin, or another one is left. */
export function leavesAnAdmin(row: ExpressionBuilder<Tables, 'users'>, userId: string) {
  const others = row
    .selectFrom('users as other')
    .select('other.id')
    .where('other.role', '=', 'admin')
    .where('other.disabled', '=', 0)
    .where('other.id', '<>', userId)
  return row.or([row('role', '<>', 'admin'), row.exists(others)])
}

export function refuseLastAdmin(): AppError {
  return new AppError('conflict', 'This is the last admin: make somebody else an admin first')
}
