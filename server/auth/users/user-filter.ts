// The list narrowed by role and state: through an index where few users are left, row by row where many are.

import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type Role, roles } from '../../contract/scopes.ts'
import { type UserState, userStates } from '../../contract/user-order.ts'
import type { Database } from '../../db/database.ts'

/** A user has all that is given. */
export interface UserFilter {
  role?: Role | undefined
  state?: UserState | undefined
}

/** One condition on a user, with the values that the column can have besides. */
export interface Condition {
  column: 'role' | 'disabled'
  value: string | number
  others: readonly (string | number)[]
  /** Users, or all users but some that an index finds in a moment. */
  leaves: 'few' | 'many' | 'allButFew'
}

const fewUsers = 1_000

const flagOf = { active: 0, disabled: 1 } as const satisfies Record<UserState, number>

export function readFilter(database: Database, { role, state }: UserFilter): Promise<Condition[]> {
  const states = userStates.map((one) => flagOf[one])
  return Promise.all([
    ...(role === undefined ? [] : [readCondition(database, 'role', role, roles)]),
    ...(state === undefined ? [] : [readCondition(database, 'disabled', flagOf[state], states)]),
  ])
}

/** Counts no further than it must. */
async function readCondition(
  database: Database,
  column: Condition['column'],
  value: string | number,
  values: Values,
): Promise<Condition> {
  const others = values.filter((other) => other !== value)
  const [isFew, isAllButFew] = await Promise.all([
    hasFew(database, column, [value]),
    others.length > 0 && hasFew(database, column, others),
  ])
  if (isFew) return { column, value, others, leaves: 'few' }
  return { column, value, others, leaves: isAllButFew ? 'allButFew' : 'many' }
}

async function hasFew({ kysely }: Database, column: Condition['column'], values: Values) {
  const some = kysely
    .selectFrom('users')
    .select('username_key')
    .where(isOneOf(sql.ref(column), values))
    .limit(fewUsers + 1)
  const { count } = await kysely
    .selectFrom(some.as('some'))
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count) <= fewUsers
}

/**
 * The users who meet all. Few are read first, by the limit: SQLite would walk along the index of an
 * order to find them. Where many meet a condition, in another order than by name, it would read and
 * sort them all: `+` keeps it from the index of the condition.
 */
export function selectMeeting(
  { kysely, engine }: Database,
  conditions: readonly Condition[],
  isByName: boolean,
) {
  const walks = engine === 'sqlite' && !isByName
  const selectFew = (condition: Condition) =>
    kysely
      .selectFrom('users')
      .select('username_key')
      .where(rowMeets(condition, false))
      .limit(fewUsers + 1)
  return kysely.selectFrom('users').where(({ and, eb }) =>
    and(
      conditions.map((condition) => {
        if (condition.leaves !== 'few') return rowMeets(condition, walks)
        return eb('username_key', 'in', selectFew(condition))
      }),
    ),
  )
}

function rowMeets({ column, value }: Condition, walks: boolean): RawBuilder<SqlBool> {
  return isOneOf(walks ? sql`+${sql.ref(column)}` : sql.ref(column), [value])
}

/** Of the user of a key, `candidate.user_id`. */
export function userMeets({ column, value, others, leaves }: Condition): RawBuilder<SqlBool> {
  if (leaves === 'few') return sql`candidate.user_id in (${idsOf(column, [value])})`
  if (leaves === 'allButFew') return sql`candidate.user_id not in (${idsOf(column, others)})`
  const own = sql`(select ${sql.ref(column)} from users where users.id = candidate.user_id)`
  return isOneOf(own, [value])
}

/** The condition that leaves few users, by whom a search is led where its words are too common. */
export function findFew(conditions: readonly Condition[]): RawBuilder<unknown> | undefined {
  const few = conditions.find(({ leaves }) => leaves === 'few')
  return few && idsOf(few.column, [few.value])
}

type Values = readonly (string | number)[]

function idsOf(column: Condition['column'], values: Values) {
  return sql`select id from users where ${isOneOf(sql.ref(column), values)}`
}

/** Written out and not bound: PostgreSQL then knows how many rows have them. */
function isOneOf(expression: RawBuilder<unknown>, values: Values): RawBuilder<SqlBool> {
  return sql`${expression} in (${sql.join(values.map((value) => sql.lit(value)))})`
}
