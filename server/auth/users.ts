// The rows of `users`: found, listed, made, disabled. No rule about passwords here.

import type { Insertable, Selectable } from 'kysely'
import { AppError } from '../contract/app-error.ts'
import { canonicalName } from '../contract/credential-rules.ts'
import type { Role } from '../contract/scopes.ts'
import { isStorableText } from '../contract/text.ts'
import type { Clock } from '../db/clock.ts'
import type { Database } from '../db/database.ts'
import { isUniqueViolation } from '../db/errors.ts'
import { makeRandomId } from '../db/random-id.ts'
import type { UsersTable } from '../db/tables.ts'
import type { StoredPassword } from './passwords.ts'
import type { Revocations } from './revocations.ts'

export interface UserRecord {
  id: string
  username: string
  email: string | null
  fullName: string | null
  role: Role
  disabled: boolean
  /** Part of every access token; raising it ends them all. */
  epoch: number
  password: StoredPassword
  passwordChangedAtMs: number
  isDemo: boolean
  createdAtMs: number
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
  /** By user name or e-mail address, in any spelling that means the same name (R102). */
  findByLogin(login: string): Promise<UserRecord | undefined>
  findById(id: string): Promise<UserRecord | undefined>
  /** The user a token speaks for. @throws AppError invalid_token where the account is gone */
  getCaller(identity: { userId: string }): Promise<UserRecord>
  /** @throws AppError conflict, naming the field, where the user name or e-mail address is taken */
  create(user: NewUser): Promise<UserRecord>
  /** All of them, or none. @throws AppError conflict where a name or address is taken */
  createAll(users: readonly NewUser[]): Promise<void>
  /** Sorted by user name; `page` counts from 1. */
  list(page: number, perPage: number): Promise<{ users: UserRecord[]; total: number }>
  listDemo(): Promise<UserRecord[]>
  /** Stores the rehashed password. @returns false where it was changed meanwhile, and stays */
  replacePassword(id: string, old: StoredPassword, replacement: StoredPassword): Promise<boolean>
  /**
   * Whether he may still sign in with the password that was read. It waits for a change that is
   * being made, so that who asks after his own write is seen by that change or sees it.
   */
  isUnchanged(user: UserRecord): Promise<boolean>
  /** Ends every access token of the user at once, and lets no new one be made (R59). */
  disable(id: string): Promise<void>
}

interface UsersParts {
  database: Database
  revocations: Revocations
  clock: Clock
}

export function createUsers({ database, revocations, clock }: UsersParts): Users {
  const { kysely } = database

  async function findById(id: string): Promise<UserRecord | undefined> {
    const row = await kysely.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toRecord(row)
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
        .executeTakeFirst()
      return row && toRecord(row)
    },

    findById,

    async getCaller({ userId }) {
      const user = await findById(userId)
      if (!user) throw new AppError('invalid_token', 'Could not validate credentials')
      return user
    },

    create(user) {
      return sayConflict(async () => {
        const insert = kysely.insertInto('users').values(toRow(user, clock.now()))
        return toRecord(await insert.returningAll().executeTakeFirstOrThrow())
      })
    },

    async createAll(newUsers) {
      const nowMs = clock.now()
      const inserts = newUsers.map((user) => kysely.insertInto('users').values(toRow(user, nowMs)))
      await sayConflict(() => database.runAtomically(inserts))
    },

    async list(page, perPage) {
      const rows = await kysely
        .selectFrom('users')
        .selectAll()
        .orderBy('username_key')
        .limit(perPage)
        .offset((page - 1) * perPage)
        .execute()
      const { total } = await kysely
        .selectFrom('users')
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      return { users: rows.map(toRecord), total: Number(total) }
    },

    async listDemo() {
      const rows = await kysely
        .selectFrom('users')
        .selectAll()
        .where('is_demo', '=', 1)
        .orderBy('username_key')
        .execute()
      return rows.map(toRecord)
    },

    async replacePassword(id, old, replacement) {
      const { numUpdatedRows } = await kysely
        .updateTable('users')
        .set({ password_hash: replacement.hash, password_key_id: replacement.keyId })
        .where('id', '=', id)
        .where('password_hash', '=', old.hash)
        .executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },

    async isUnchanged({ id, passwordChangedAtMs }) {
      const { numUpdatedRows } = await kysely
        .updateTable('users')
        .set({ password_changed_at_ms: passwordChangedAtMs })
        .where('id', '=', id)
        .where('password_changed_at_ms', '=', passwordChangedAtMs)
        .where('disabled', '=', 0)
        .executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },

    async disable(id) {
      const user = await findById(id)
      if (!user) throw new AppError('not_found', 'There is no such user')
      const epoch = user.epoch + 1
      const write = kysely
        .updateTable('users')
        .set(({ eb }) => ({
          disabled: 1,
          // Of two at once neither lowers it again; the engines name their maximum differently.
          epoch: eb.case().when('epoch', '<', epoch).then(epoch).else(eb.ref('epoch')).end(),
          updated_at_ms: clock.now(),
        }))
        .where('id', '=', id)
      await revocations.revoke([{ kind: 'user', subject: id, epoch }], [write])
    },
  }
}

/** @throws AppError conflict, naming the field, where `run` finds a name or an address taken */
export async function sayConflict<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    const path = isUniqueViolation(error, 'users.email_key') ? 'email' : 'username'
    throw new AppError('conflict', 'That user name or e-mail address is taken', {
      cause: error,
      fields: [{ path, message: 'is taken: choose another one' }],
    })
  }
}

function toRow(user: NewUser, nowMs: number): Insertable<UsersTable> {
  return {
    id: makeRandomId(),
    username: user.username,
    username_key: canonicalName(user.username),
    email: user.email,
    email_key: user.email === null ? null : canonicalName(user.email),
    full_name: user.fullName,
    role: user.role,
    disabled: user.disabled ? 1 : 0,
    epoch: 0,
    password_hash: user.password.hash,
    password_key_id: user.password.keyId,
    password_changed_at_ms: nowMs,
    is_demo: user.isDemo ? 1 : 0,
    created_at_ms: nowMs,
    updated_at_ms: nowMs,
  }
}

function toRecord(row: Selectable<UsersTable>): UserRecord {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    fullName: row.full_name,
    role: row.role,
    disabled: row.disabled === 1,
    epoch: row.epoch,
    password: { hash: row.password_hash, keyId: row.password_key_id },
    passwordChangedAtMs: row.password_changed_at_ms,
    isDemo: row.is_demo === 1,
    createdAtMs: row.created_at_ms,
  }
}
