// The rows of `users`: found, made, seen. No rule about passwords here, nor about who may change whom.

import type { Compilable, Insertable, Selectable } from 'kysely'
import { AppError } from '../../contract/app-error.ts'
import { canonicalName } from '../../contract/credential-rules.ts'
import type { Role } from '../../contract/scopes.ts'
import { isStorableText } from '../../contract/text.ts'
import type { Clock } from '../../db/clock.ts'
import { compileOnce, type Slots } from '../../db/compile-once.ts'
import type { Database } from '../../db/database.ts'
import { isUniqueViolation } from '../../db/errors.ts'
import { makeRandomId } from '../../db/random-id.ts'
import type { UsersTable } from '../../db/tables.ts'
import { insertRows } from '../../db/writes/insert-rows.ts'
import type { StoredPassword } from '../passwords/stored-password.ts'
import { insertSearchKeys, searchKeyRows } from './user-search.ts'

export interface UserRecord {
  id: string
  username: string
  email: string | null
  fullName: string | null
  role: Role
  disabled: boolean
  /** Part of every access token; raising it ends them all. */
  tokenVersion: number
  password: StoredPassword
  passwordChangedAtMs: number
  isDemo: boolean
  createdAtMs: number
  /** When a session was last begun or refreshed; null where that never happened. */
  lastSeenAtMs: number | null
}

export interface NewUser {
  username: string
  email: string | null
  fullName: string | null
  role: Role
  disabled: boolean
  password: StoredPassword
  isDemo: boolean
}

export interface Users {
  /** By username or email address, in any spelling that means the same name (R102). */
  findByLogin(login: string): Promise<UserRecord | undefined>
  findById(id: string): Promise<UserRecord | undefined>
  /** The user of a token. @throws AppError invalid_token where the account is gone */
  getCaller(identity: { userId: string }): Promise<UserRecord>
  /**
   * With the writes that belong to it, which are made from the new user's id: all of it, or
   * nothing.
   * @throws AppError conflict, naming the field, where the username or email address is taken
   */
  create(user: NewUser, extraWrites?: (id: string) => readonly Compilable[]): Promise<UserRecord>
  /** All of them, or none. @throws AppError conflict where a name or address is taken */
  createAll(users: readonly NewUser[]): Promise<void>
  /** The same, with the writes that belong to it. @throws RequiredWriteError */
  writeAll(users: readonly NewUser[], extraWrites: readonly Compilable[]): Promise<void>
  /** Stores the rehashed password. @returns false where it was changed meanwhile, and stays */
  replacePassword(id: string, old: StoredPassword, replacement: StoredPassword): Promise<boolean>
  /**
   * Whether the user may still sign in with the password that was read. It waits for a change in
   * progress, so that a check made after the caller's own write is seen by that change or sees it.
   */
  lockIfUnchanged(user: UserRecord): Promise<boolean>
  /** The user has just signed in, or is still here. Stored once a minute at most. */
  noteSeen(user: UserRecord): Promise<void>
}

const seenAgainAfterMs = 60_000

interface UsersDeps {
  database: Database
  clock: Clock
}

export function createUsers({ database, clock }: UsersDeps): Users {
  const { kysely } = database

  function insertsOf(row: ReturnType<typeof toRow>): Compilable[] {
    return [
      kysely.insertInto('users').values(row),
      insertSearchKeys(kysely, { ...row, fullName: row.full_name }),
    ]
  }

  async function writeAll(
    newUsers: readonly NewUser[],
    extraWrites: readonly Compilable[],
  ): Promise<void> {
    const nowMs = clock.now()
    const rows = newUsers.map((user) => toRow(user, nowMs))
    const keys = rows.flatMap((row) => searchKeyRows({ ...row, fullName: row.full_name }))
    await mapConflict(() =>
      database.runAtomically([
        ...insertRows(database.engine, 'users', rows),
        ...insertRows(database.engine, 'user_search_keys', keys),
        ...extraWrites,
      ]),
    )
  }

  const selectById = compileOnce(kysely, (slot: Slots<{ id: string }>) =>
    kysely
      .selectFrom('users')
      .selectAll()
      .where('id', '=', slot('id'))
      .where('deleted_at_ms', 'is', null),
  )

  async function findById(id: string): Promise<UserRecord | undefined> {
    const [row] = await selectById({ id })
    return row && toUserRecord(row)
  }

  return {
    async findByLogin(login) {
      if (!isStorableText(login)) return undefined
      const key = canonicalName(login)
      const column = key.includes('@') ? 'email_key' : 'username_key'
      const row = await kysely
        .selectFrom('users')
        .selectAll()
        .where(column, '=', key)
        .where('deleted_at_ms', 'is', null)
        .executeTakeFirst()
      return row && toUserRecord(row)
    },

    findById,

    async getCaller({ userId }) {
      const user = await findById(userId)
      if (!user) throw new AppError('invalid_token', 'Could not validate credentials')
      return user
    },

    async create(user, extraWrites = () => []) {
      const row = toRow(user, clock.now())
      await mapConflict(() => database.runAtomically([...insertsOf(row), ...extraWrites(row.id)]))
      return toUserRecord(row)
    },

    createAll: (newUsers) => writeAll(newUsers, []),
    writeAll,

    async replacePassword(id, old, replacement) {
      const { numUpdatedRows } = await kysely
        .updateTable('users')
        .set({ password_hash: replacement.hash, password_key_id: replacement.keyId })
        .where('id', '=', id)
        .where('password_hash', '=', old.hash)
        .executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },

    async lockIfUnchanged({ id, passwordChangedAtMs }) {
      const { numUpdatedRows } = await kysely
        .updateTable('users')
        .set({ password_changed_at_ms: passwordChangedAtMs })
        .where('id', '=', id)
        .where('password_changed_at_ms', '=', passwordChangedAtMs)
        .where('disabled', '=', 0)
        .executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },

    async noteSeen({ id, lastSeenAtMs }) {
      const nowMs = clock.now()
      if (lastSeenAtMs !== null && nowMs - lastSeenAtMs < seenAgainAfterMs) return
      await kysely
        .updateTable('users')
        .set({ last_seen_at_ms: nowMs })
        .where('id', '=', id)
        .where('last_seen_at_ms', '<', nowMs)
        .execute()
    },
  }
}

/** A password that is set now. */
export function toPasswordColumns({ hash, keyId }: StoredPassword, nowMs: number) {
  return { password_hash: hash, password_key_id: keyId, password_changed_at_ms: nowMs }
}

export function toUserRecord(
  row: Pick<Selectable<UsersTable>, keyof ReturnType<typeof toRow>>,
): UserRecord {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    fullName: row.full_name,
    role: row.role,
    disabled: row.disabled === 1,
    tokenVersion: row.token_version,
    password: { hash: row.password_hash, keyId: row.password_key_id },
    passwordChangedAtMs: row.password_changed_at_ms,
    isDemo: row.is_demo === 1,
    createdAtMs: row.created_at_ms,
    lastSeenAtMs: row.last_seen_at_ms || null,
  }
}

/** @throws AppError conflict, naming the field, where `run` finds a name or an address taken */
export async function mapConflict<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    const path = isUniqueViolation(error, 'users.email_key') ? 'email' : 'username'
    throw new AppError('conflict', 'That username or email is taken', {
      cause: error,
      fields: [{ path, message: 'is taken: choose another one' }],
    })
  }
}

/** Keycard's own columns: what an app adds is null, or its default. */
function toRow(user: NewUser, nowMs: number) {
  return {
    id: makeRandomId(),
    username: user.username,
    username_key: canonicalName(user.username),
    email: user.email,
    email_key: user.email === null ? null : canonicalName(user.email),
    full_name: user.fullName,
    role: user.role,
    disabled: user.disabled ? 1 : 0,
    token_version: 0,
    ...toPasswordColumns(user.password, nowMs),
    is_demo: user.isDemo ? 1 : 0,
    created_at_ms: nowMs,
    updated_at_ms: nowMs,
    last_seen_at_ms: 0,
    deleted_at_ms: null,
  } satisfies Insertable<UsersTable>
}
