// The counters behind throttling: each step is one atomic statement, right on any number of nodes (R107).

import { type ExpressionBuilder, type RawBuilder, sql } from 'kysely'
import type { PurgedRows } from '../../db/changes/followers.ts'
import { clockToleranceMs, dayMs } from '../../db/clock.ts'
import type { Flag } from '../../db/columns.ts'
import type { Database } from '../../db/database.ts'
import type { Tables } from '../../db/tables.ts'
import { type OnProgress, purgeInBatches } from '../../db/writes/batches.ts'

/**
 * Failures in a row: some are free, then the wait doubles up to its longest, then the account is
 * closed.
 */
export interface BackoffRule {
  freeFailures: number
  longestWaitMs: number
  /** After so many nothing is allowed until `clear`, or until it reopens. */
  closedAfter: number
  /** So long after it closed, … */
  reopensAfterMs: number
  /** … it allows so many more. */
  reopensFor: number
  /** How long after the last attempt the count is remembered. */
  keepMs: number
}

/** So many failures within a time that begins with the first of them. */
export interface WindowRule {
  failures: number
  windowMs: number
}

export type Reservation = GrantedReservation | Refusal

export interface GrantedReservation {
  granted: true
  failures: number
  closedUntilMs: number
  /** Until when it was closed without this attempt, at the latest; 0 where it was open. */
  closedBeforeUntilMs: number
}

export interface Refusal {
  granted: false
  waitMs: number
  /** Attempts that have not ended are counted in. If they are right, it is open again in a moment. */
  isPending: boolean
}

/** A counter as it stands. */
export interface Counter {
  failures: number
  /** Until its `closed_until_ms`; negative where that is over. */
  waitMs: number
  /** Attempts that have not ended are counted in. */
  isPending: boolean
}

/** An attempt is counted as a failure beforehand, and given back where it was none (R101). */
export interface Pool {
  /** How long nothing is allowed, in milliseconds; 0 where there is room. */
  waitMsOf(counter: Counter): number
  reserve(key: string): Promise<Reservation>
  /** The same for an attempt that another pool allows: it is counted here and never refused. */
  tally(key: string): Promise<GrantedReservation>
  /** It has failed: it stays counted, and is pending no more. */
  settle(key: string): Promise<void>
  /** As if it had never been. */
  refund(key: string, reservation: GrantedReservation): Promise<void>
}

export interface ThrottleCounters {
  backoffPool(rule: BackoffRule): Pool
  windowPool(rule: WindowRule): Pool
  /** The present counters. It counts nothing: a flood at a closed one waits for no lock. */
  read(keys: readonly string[]): Promise<ReadonlyMap<string, Counter>>
  /** Back to no failure. */
  clear(keys: readonly string[]): Promise<void>
  /** Deletes counters that mean nothing any more. */
  purge(onProgress?: OnProgress): Promise<PurgedRows>
}

interface ReservedRow {
  failures: number
  closed_until_ms: number
}

interface TalliedRow extends ReservedRow {
  closed_before_until_ms: number
}

interface ThrottleCountersDeps {
  database: Database
  /** One clock for all nodes: the database's, or a test's. */
  nowMs: () => RawBuilder<number>
}

/** No rule remembers for longer: a row that expires later was dated by a wrong clock. */
const longestKeepMs = 400 * dayMs

/** An attempt whose process ended before it did is pending for so long. No hash takes longer. */
const pendingMs = 15_000

const counted = {
  failures: sql.ref<number>('throttle_counters.failures'),
  pending: sql.ref<number>('throttle_counters.pending'),
  pendingUntilMs: sql.ref<number>('throttle_counters.pending_until_ms'),
  closedUntilMs: sql.ref<number>('throttle_counters.closed_until_ms'),
  expiresAtMs: sql.ref<number>('throttle_counters.expires_at_ms'),
}

export function createThrottleCounters(deps: ThrottleCountersDeps): ThrottleCounters {
  const { database, nowMs } = deps
  const { kysely } = database
  const after = (milliseconds: RawBuilder<number>) => sql<number>`${nowMs()} + ${milliseconds}`
  /**
   * So long after its end, in milliseconds. An end beyond the longest wait was dated by a wrong
   * clock: it is over as well.
   */
  const isOver = (longestWaitMs: number, sinceMs = sql<number>`0`) => {
    const latestEndMs = after(sql.lit(longestWaitMs + clockToleranceMs))
    return sql<boolean>`(${counted.closedUntilMs} + ${sinceMs} <= ${nowMs()}
      or ${counted.closedUntilMs} > ${latestEndMs})`
  }
  const isPending = () =>
    sql<boolean>`${counted.pending} > 0 and ${counted.pendingUntilMs} > ${nowMs()}
      and ${counted.pendingUntilMs} <= ${after(sql.lit(pendingMs))}`
  /** What every reservation writes beside its count. */
  const onePending = () => ({ pending: 1, pending_until_ms: after(sql.lit(pendingMs)) })
  const oneMorePending = () => ({
    ...onePending(),
    pending: sql<number>`case when ${isPending()} then ${counted.pending} + 1 else 1 end`,
  })
  const oneLessPending = sql<number>`case when ${counted.pending} > 0 then ${counted.pending} - 1 else 0 end`

  async function read(keys: readonly string[]): Promise<Map<string, Counter>> {
    const rows = await kysely
      .selectFrom('throttle_counters')
      .select([
        'key',
        'failures',
        sql<number>`closed_until_ms - ${nowMs()}`.as('wait_ms'),
        sql<Flag>`case when ${isPending()} then 1 else 0 end`.as('is_pending'),
      ])
      .where('key', 'in', keys)
      .execute()
    return new Map(
      rows.map(({ key, failures, wait_ms, is_pending }) => [
        key,
        { failures, waitMs: Number(wait_ms), isPending: Number(is_pending) === 1 },
      ]),
    )
  }

  /**
   * Only the write decides: of all attempts that saw room, it allows as many as there is room for.
   */
  async function reserve(
    key: string,
    waitMsOf: (counter: Counter) => number,
    write: () => Promise<ReservedRow | undefined>,
  ): Promise<Reservation> {
    const row = await write()
    if (row) return grant(row, 0)
    const counter = (await read([key])).get(key)
    const waitMs = counter ? waitMsOf(counter) : 0
    // What stood in the way may have ended well since that write: then there is room now.
    const isPending = waitMs <= 0 || (counter?.isPending ?? false)
    return { granted: false, waitMs: Math.max(waitMs, 1), isPending }
  }

  async function tally(statement: {
    executeTakeFirstOrThrow(): Promise<TalliedRow>
  }): Promise<GrantedReservation> {
    const row = await statement.executeTakeFirstOrThrow()
    return grant(row, Number(row.closed_before_until_ms))
  }

  async function settle(key: string): Promise<void> {
    await kysely
      .updateTable('throttle_counters')
      .set({ pending: oneLessPending })
      .where('key', '=', key)
      .execute()
  }

  /** A counter at no failure says nothing: an attempt that was never checked leaves no row. */
  async function deleteEmpty(key: string): Promise<void> {
    await kysely
      .deleteFrom('throttle_counters')
      .where('key', '=', key)
      .where('failures', '=', 0)
      .execute()
  }

  return {
    backoffPool(rule) {
      const { longestWaitMs, closedAfter, reopensAfterMs } = rule
      const isClosed = sql<boolean>`${counted.failures} >= ${sql.lit(closedAfter)}`
      // A permanently closed one names the longest wait, as a nearly closed one does: the owner may open it.
      const waitMsOf = ({ failures, waitMs }: Counter) => {
        const untilOpenMs = failures < closedAfter ? waitMs : waitMs + reopensAfterMs
        return isPossible(waitMs, longestWaitMs) ? bound(untilOpenMs, longestWaitMs) : 0
      }
      const expiresAtMs = () => after(sql.lit(rule.keepMs))
      /** Beginning with the free ones, or after the present `failures`. */
      const insert = (key: string) =>
        kysely.insertInto('throttle_counters').values({
          key,
          failures: 1,
          ...onePending(),
          closed_until_ms: 0,
          expires_at_ms: expiresAtMs(),
        })
      const update = (failures: RawBuilder<number>) => ({
        failures,
        ...oneMorePending(),
        closed_until_ms: after(waitAfter(failures, rule)),
        expires_at_ms: expiresAtMs(),
      })
      return {
        waitMsOf,

        reserve(key) {
          const reopened = sql.lit(closedAfter - rule.reopensFor)
          const failures = sql<number>`(case when ${isClosed} then ${reopened}
            else ${counted.failures} end + 1)`
          const write = insert(key)
            .onConflict((conflict) =>
              conflict
                .column('key')
                .doUpdateSet(update(failures))
                .where(
                  isOver(
                    longestWaitMs,
                    sql`case when ${isClosed} then ${sql.lit(reopensAfterMs)} else 0 end`,
                  ),
                ),
            )
            .returning(['failures', 'closed_until_ms'])
          return reserve(key, waitMsOf, () => write.executeTakeFirst())
        },

        tally(key) {
          const failures = sql<number>`(${counted.failures} + 1)`
          return tally(
            insert(key)
              .onConflict((conflict) => conflict.column('key').doUpdateSet(update(failures)))
              .returning([
                'failures',
                'closed_until_ms',
                after(waitAfter(sql`(${counted.failures} - 1)`, rule)).as('closed_before_until_ms'),
              ]),
          )
        },

        settle,

        async refund(key, { closedUntilMs, closedBeforeUntilMs }) {
          await kysely
            .updateTable('throttle_counters')
            .set(({ eb, ref }) => ({
              failures: eb('failures', '-', 1),
              pending: oneLessPending,
              // Another attempt may have closed it for longer meanwhile, or for good.
              closed_until_ms: eb
                .case()
                .when(
                  eb.and([
                    eb('closed_until_ms', '=', closedUntilMs),
                    eb('failures', '<=', closedAfter),
                  ]),
                )
                .then(closedBeforeUntilMs)
                .else(ref('closed_until_ms'))
                .end(),
            }))
            .where('key', '=', key)
            .where('failures', '>', 0)
            .execute()
          await deleteEmpty(key)
        },
      }
    },

    windowPool({ failures, windowMs }) {
      const waitMsOf = (counter: Counter) =>
        counter.failures >= failures && isPossible(counter.waitMs, windowMs)
          ? bound(counter.waitMs, windowMs)
          : 0
      // For a window, `closed_until_ms` is the end, whether it is full by then or not.
      const write = (key: string) => {
        const isPast = isOver(windowMs)
        const end = after(sql.lit(windowMs))
        const anew = (value: RawBuilder<number>, otherwise: RawBuilder<number>) =>
          sql<number>`case when ${isPast} then ${value} else ${otherwise} end`
        const insert = kysely.insertInto('throttle_counters').values({
          key,
          failures: 1,
          ...onePending(),
          closed_until_ms: end,
          expires_at_ms: end,
        })
        const update = {
          failures: anew(sql`1`, sql`${counted.failures} + 1`),
          ...oneMorePending(),
          closed_until_ms: anew(end, counted.closedUntilMs),
          expires_at_ms: anew(end, counted.expiresAtMs),
        }
        return { insert, update, isPast }
      }
      return {
        waitMsOf,

        reserve(key) {
          const { insert, update, isPast } = write(key)
          const statement = insert
            .onConflict((conflict) =>
              conflict
                .column('key')
                .doUpdateSet(update)
                .where(({ or, eb }) =>
                  or([eb('throttle_counters.failures', '<', failures), isPast]),
                ),
            )
            .returning(['failures', 'closed_until_ms'])
          return reserve(key, waitMsOf, () => statement.executeTakeFirst())
        },

        tally(key) {
          const { insert, update } = write(key)
          return tally(
            insert
              .onConflict((conflict) => conflict.column('key').doUpdateSet(update))
              // A window's end is never moved by a refund.
              .returning(['failures', 'closed_until_ms', sql.lit(0).as('closed_before_until_ms')]),
          )
        },

        settle,

        async refund(key, { closedUntilMs }) {
          await kysely
            .updateTable('throttle_counters')
            .set(({ eb }) => ({ failures: eb('failures', '-', 1), pending: oneLessPending }))
            .where('key', '=', key)
            .where('failures', '>', 0)
            // Not out of the next window.
            .where('closed_until_ms', '=', closedUntilMs)
            .execute()
          await deleteEmpty(key)
        },
      }
    },

    read,

    async clear(keys) {
      await kysely.deleteFrom('throttle_counters').where('key', 'in', keys).execute()
    },

    async purge(onProgress) {
      const isMeaningless = (eb: ExpressionBuilder<Tables, 'throttle_counters'>) =>
        eb.or([
          eb('expires_at_ms', '<', nowMs()),
          eb('expires_at_ms', '>', after(sql.lit(longestKeepMs + clockToleranceMs))),
        ])
      const meaningless = kysely.selectFrom('throttle_counters').select('key').where(isMeaningless)
      const throttle_counters = await purgeInBatches(
        (size) =>
          kysely
            .deleteFrom('throttle_counters')
            .where('key', 'in', meaningless.limit(size))
            // One that was counted up since it was found is needed.
            .where(isMeaningless)
            .executeTakeFirstOrThrow(),
        onProgress,
      )
      return { throttle_counters }
    },
  }
}

function grant(row: ReservedRow, closedBeforeUntilMs: number): GrantedReservation {
  const { failures, closed_until_ms: closedUntilMs } = row
  return { granted: true, failures, closedUntilMs, closedBeforeUntilMs }
}

/** A wait beyond the longest was dated by a wrong clock. */
function isPossible(waitMs: number, longestWaitMs: number): boolean {
  return waitMs <= longestWaitMs + clockToleranceMs
}

function bound(waitMs: number, longestWaitMs: number): number {
  return Math.min(Math.max(waitMs, 0), longestWaitMs)
}

/** In milliseconds: none for the free ones, then 1, 2, 4 … seconds. */
function waitAfter(
  failures: RawBuilder<number>,
  { freeFailures, longestWaitMs }: BackoffRule,
): RawBuilder<number> {
  const doublings = Math.ceil(Math.log2(longestWaitMs / 1_000))
  const free = sql.lit(freeFailures)
  return sql`case
    when ${failures} < ${free} then 0
    when ${failures} >= ${sql.lit(freeFailures + doublings)} then ${sql.lit(longestWaitMs)}
    else 1000 * (1 << (${failures} - ${free}))
  end`
}
