// The last admin who can sign in stays one: otherwise no one could make another.

import { type Compilable, type ExpressionBuilder, type Kysely, type SqlBool, sql } from 'kysely'
import { AppError } from '../../contract/app-error.ts'
import type { Tables } from '../../db/tables.ts'

/**
 * Comes first in every batch that could remove an admin. On PostgreSQL, of two that each remove
 * another one, the second waits here until the first has committed, and then sees what it did. On
 * SQLite batches run one after the other anyway.
 */
export function lockAdmins(kysely: Kysely<Tables>): Compilable {
  return kysely
    .updateTable('users')
    .set(({ ref }) => ({ updated_at_ms: ref('updated_at_ms') }))
    .where(isActiveAdmin('users'))
}

/** In a condition on the row of `userId`: whether another admin is left. */
export function isNotLastAdmin(eb: ExpressionBuilder<Tables, 'users'>, userId: string) {
  return eb.or([
    eb('users.role', '!=', 'admin'),
    eb('users.disabled', '=', 1),
    otherActiveAdminExists(eb, userId),
  ])
}

export function otherActiveAdminExists(eb: ExpressionBuilder<Tables, 'users'>, userId: string) {
  return eb.exists(
    eb
      .selectFrom('users as other')
      .select('other.id')
      .where(isActiveAdmin('other'))
      .where('other.id', '!=', userId),
  )
}

/**
 * As the index `users_active_admins` has it, which knows no parameters: among a million users it
 * finds them.
 */
function isActiveAdmin(table: 'users' | 'other') {
  return sql<SqlBool>`${sql.ref(`${table}.role`)} = 'admin' and ${sql.ref(`${table}.disabled`)} = 0`
}

/** For the list, which says so before an admin tries. */
export async function findLastAdmin(kysely: Kysely<Tables>): Promise<string | undefined> {
  const admins = await kysely
    .selectFrom('users')
    .select('id')
    .where(isActiveAdmin('users'))
    .limit(2)
    .execute()
  return admins.length === 1 ? admins[0]?.id : undefined
}

export function refuseLastAdmin(): AppError {
  return new AppError('conflict', 'This is the last admin who can sign in: add another admin first')
}
