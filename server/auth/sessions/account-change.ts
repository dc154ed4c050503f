// One change to an account by someone else, with its entry in the audit log: both happen, or neither.

import type { Compilable, ExpressionBuilder, ExpressionWrapper, SqlBool, Updateable } from 'kysely'
import type { AuditEvent } from '../../contract/audit-events.ts'
import type { Device } from '../../contract/device.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import type { Tables, UsersTable } from '../../db/tables.ts'
import type { OnProgress } from '../../db/writes/batches.ts'
import { RequiredWriteError, required } from '../../db/writes/required-write.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Revocations } from '../tokens/revocations.ts'
import type { EndAllOptions } from './session-endings.ts'
import type { Sessions } from './sessions.ts'

/** Who does it, and from where: a person, or a client in its own name. */
export interface Actor {
  /** A user's id, or a client's. */
  id: string
  clientId: string
  device: Device
}

type UserCondition = ExpressionWrapper<Tables, 'users', SqlBool>

export interface AccountChange {
  event: AuditEvent
  what?: string
  /** On the user's row. Where it does not hold, nothing happens. */
  where?: (eb: ExpressionBuilder<Tables, 'users'>) => UserCondition
  set: Updateable<UsersTable>
  /** 'tokens': the present access tokens, which a refresh replaces. 'sessions': both. */
  ends: 'nothing' | 'tokens' | 'sessions'
  /** Writes to other tables that belong to it. */
  extraWrites?: readonly Compilable[]
  /** Run first, where `where` reads more than this one row. */
  lock?: Compilable
}

export interface Outcome {
  happened: boolean
  sessionsEnded: number
}

export type ChangeAccount = (
  userId: string,
  change: AccountChange,
  by: Actor,
  onProgress?: OnProgress,
) => Promise<Outcome>

interface AccountChangeDeps {
  database: Database
  sessions: Sessions
  revocations: Revocations
  auditLog: AuditLog
  clock: Clock
}

export function createAccountChange(deps: AccountChangeDeps): ChangeAccount {
  const { database, sessions, revocations, auditLog, clock } = deps

  function updateUser(id: string, { where = always, set, ends }: AccountChange): Compilable {
    return database.kysely
      .updateTable('users')
      .set((eb) => ({
        ...set,
        ...(ends === 'tokens' && { token_version: eb('token_version', '+', 1) }),
        updated_at_ms: clock.now(),
      }))
      .where('id', '=', id)
      .where(where)
  }

  async function run(
    userId: string,
    ends: AccountChange['ends'],
    options: EndAllOptions & { writes: readonly Compilable[] },
  ): Promise<number> {
    const { writes } = options
    if (ends === 'sessions') return sessions.endAllOf(userId, 'ended_by_admin', options)
    await revocations.revoke(ends === 'tokens' ? [{ kind: 'user', subject: userId }] : [], writes)
    return 0
  }

  return async (userId, change, by, onProgress) => {
    const { event, what, lock, extraWrites = [], ends } = change
    const facts = { userId, actorId: by.id, clientId: by.clientId, what, device: by.device }
    const writes = [
      ...(lock ? [lock] : []),
      required(updateUser(userId, change)),
      ...extraWrites,
      auditLog.entry(event, facts),
    ]
    try {
      const sessionsEnded = await run(userId, ends, { writes, onProgress })
      return { happened: true, sessionsEnded }
    } catch (error) {
      if (!(error instanceof RequiredWriteError)) throw error
      return { happened: false, sessionsEnded: 0 }
    }
  }
}

const always: NonNullable<AccountChange['where']> = (eb) => eb.and([])
