// The audit log: sign-ins, tokens and changes of accounts, with who, where and why (R114).

import {
  type Compilable,
  type Insertable,
  type InsertObject,
  type SelectQueryBuilder,
  sql,
} from 'kysely'
import type { AuditEvent } from '../../contract/audit-events.ts'
import type { Device } from '../../contract/device.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { makeRandomId } from '../../db/random-id.ts'
import type { AuditEventsTable, Tables } from '../../db/tables.ts'
import { onCommitted } from '../../db/writes/committed-write.ts'
import type { EventCounts } from './event-counts.ts'
import { noticeOf } from './notice-kinds.ts'

/** Never a secret. Absent is what does not apply to the event, or is unknown. */
export interface AuditFacts {
  /** The user it is about. */
  userId?: string | undefined
  /** Who did it, where that is someone else. */
  actorId?: string | undefined
  sessionId?: string | undefined
  clientId?: string | undefined
  /** One word: `wrong_password`, `disabled`. */
  why?: string | undefined
  /** Which transport, token or account field. */
  what?: string | undefined
  device?: Device | undefined
}

/** Expressions in place of what the facts would say. */
export type ComputedColumns = Pick<InsertObject<Tables, 'audit_events'>, 'why' | 'notice'>

export interface AuditLog {
  /**
   * Logs what has happened already. Where the database fails it is only in the operator's log: the
   * answer to the caller does not change.
   */
  record(event: AuditEvent, facts: AuditFacts): Promise<void>
  /**
   * The write for `runAtomically`, of a change that must not happen without its entry. Once that
   * has committed, the event is in the operator's log and the counts too. `computed`: what only
   * that statement can know.
   */
  entry(event: AuditEvent, facts: AuditFacts, computed?: ComputedColumns): Compilable
  /**
   * The same for each session that the query finds when the write runs; their devices are not
   * named.
   */
  entryForEach(event: AuditEvent, sessions: FoundSessions, why: string): Compilable
  /** Into the operator's log and the counts only. */
  notifyOperator(event: AuditEvent, facts: AuditFacts): void
}

export type FoundSessions = SelectQueryBuilder<Tables, 'sessions', object>

/** The part of pino's logger that is needed here. */
interface Logger {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

interface AuditLogDeps {
  database: Database
  clock: Clock
  logger: Logger
  eventCounts: EventCounts
}

const alarms: ReadonlySet<AuditEvent> = new Set(['refresh_token_reused', 'refresh_token_ahead'])

export function createAuditLog(deps: AuditLogDeps): AuditLog {
  const { database, clock, logger, eventCounts } = deps

  const insert = (event: AuditEvent, facts: AuditFacts, computed: ComputedColumns = {}) =>
    database.kysely
      .insertInto('audit_events')
      .values({ ...toRow(event, facts, clock.now()), ...computed })

  function notifyOperator(event: AuditEvent, { device, ...facts }: AuditFacts): void {
    eventCounts.add(event)
    const level = alarms.has(event) ? 'warn' : 'info'
    const { requestId: reqId, ...place } = device ?? {}
    // Named as in the lines of the request itself.
    const line = { ...(reqId !== undefined && { reqId }), event, ...facts, ...place }
    logger[level](line, event.replaceAll('_', ' '))
  }

  return {
    async record(event, facts) {
      notifyOperator(event, facts)
      try {
        await insert(event, facts).execute()
      } catch (error) {
        logger.error({ err: error, event }, 'the audit log could not be written')
      }
    },
    entry(event, facts, computed) {
      return onCommitted(insert(event, facts, computed).returning('why'), ([row]) =>
        notifyOperator(event, { ...facts, why: row?.why ?? undefined }),
      )
    },
    entryForEach(event, sessions, why) {
      const nowMs = clock.now()
      const inserts = database.kysely
        .insertInto('audit_events')
        .columns(['id', 'created_at_ms', 'event', 'user_id', 'session_id', 'client_id', 'why'])
        .expression(
          sessions.select(({ ref }) => [
            'id',
            sql.lit(nowMs).as('created_at_ms'),
            sql.lit(event).as('event'),
            'user_id',
            ref('id').as('session_id'),
            'client_id',
            sql.lit(why).as('why'),
          ]),
        )
        // A session ends once, so its id can serve as that of an entry.
        .onConflict((conflict) => conflict.doNothing())
        .returning(['user_id', 'session_id', 'client_id'])
      return onCommitted(inserts, (rows) => {
        for (const row of rows) {
          notifyOperator(event, {
            userId: row.user_id ?? undefined,
            sessionId: row.session_id ?? undefined,
            clientId: row.client_id ?? undefined,
            why,
          })
        }
      })
    },
    notifyOperator,
  }
}

function toRow(
  event: AuditEvent,
  { userId, actorId, sessionId, clientId, why, what, device }: AuditFacts,
  nowMs: number,
): Insertable<AuditEventsTable> {
  return {
    id: makeRandomId(),
    created_at_ms: nowMs,
    event,
    user_id: userId ?? null,
    actor_id: actorId ?? null,
    session_id: sessionId ?? null,
    client_id: clientId ?? null,
    why: why ?? null,
    what: what ?? null,
    address: device?.address ?? null,
    user_agent: device?.userAgent ?? null,
    notice: noticeOf(event, what ?? null),
  }
}
