// The counters behind throttling: each step is one atomic statement, right on any number of nodes (R107).

import { type ExpressionBuilder, type RawBuilder, sql } from 'kysely'
import { type OnProgress, purgeInBatches } from '../db/batches.ts'
import { clockToleranceMs, dayMs } from '../db/clock.ts'
import type { Database } from '../db/database.ts'
import type { Tables } from '../db/tables.ts'
import type { PurgedRows } from './change-feed.ts'

/** Failures in a row: some are free, then the wait doubles up to its longest, then all is closed. */
export interface BackoffRule {
  freeFailures: number
  longestWaitMs: number
  /** After so many nothing is let through until `clear`. */
  closedAfter: number
  /** How long after the last attempt the count is remembered. */
  keepMs: number
}

/** So many failures within a time that begins with the first of them. */
export interface WindowRule {
  failures: number
  windowMs: number
}

export type Reservation =
  | { granted: true; failures: number; closedUntilMs: number }
  | { granted: false; waitMs: number }

export type GrantedReservation = Extract<Reservation, { granted: true }>

/** An attempt is counted as a failure beforehand, and given back where it was none (R101). */
export interface Pool {
  reserve(key: string): Promise<Reservation>
  /** As if it had never been. */
  refund(key: string, reservation: GrantedReservation): Promise<void>
}

export interface ThrottleCounters {
  backoffPool(rule: BackoffRule): Pool
  windowPool(rule: WindowRule): Pool
  /** Back to no failure. */
  clear(keys: readonly string[]): Promise<void>
  /** Deletes what means nothing any more. */
  purge(onProgress?: OnProgress): Promise<PurgedRows>
}

/** A counter as it stands. */
interface Look {
  failures: number
  /** Negative where it is over. */
  waitMs: number
}

interface ReservedRow {
  failures: number
  closed_until_ms: number
}

/** No rule remembers for longer: a row that expires later was dated by a clock that was wrong. */
const longestKeepMs = 400 * dayMs

interface ThrottleCountersParts {
  database: Database
  /** One clock for all nodes: the database's, or a test's. */
  nowMs: () => RawBuilder<number>
}

const counted = {
  failures: sql.ref<number>('throttle_counters.failures'),
  closedUntilMs: sql.ref<number>('throttle_counters.closed_until_ms'),
  expiresAtMs: sql.ref<number>('throttle_counters.expires_at_ms'),
}

export function createThrottleCounters(parts: ThrottleCountersParts): ThrottleCounters {
  const { database, nowMs } = parts
  const { kysely } = database
  const after = (milliseconds: RawBuilder<number>) => sql<number>`${nowMs()} + ${milliseconds}`
  /** An end beyond the longest wait was dated by a clock that was wrong: it is over as well. */
  const isOver = (longestWaitMs: number) => {
    const latestEndMs = after(sql.lit(longestWaitMs + clockToleranceMs))
    return sql<boolean>`(${counted.closedUntilMs} <= ${nowMs()}
      or ${counted.closedUntilMs} > ${latestEndMs})`
  }

  async function look(key: string, longestWaitMs: number): Promise<Look | undefined> {
    const row = await kysely
      .selectFrom('throttle_counters')
      .select(['failures', sql<number>`closed_until_ms - ${nowMs()}`.as('wait_ms')])
      .where('key', '=', key)
      .executeTakeFirst()
    if (!row) return undefined
    const waitMs = Number(row.wait_ms)
    const isPossible = waitMs <= longestWaitMs + clockToleranceMs
    return { failures: row.failures, waitMs: isPossible ? waitMs : 0 }
  }

  /**
   * Looks before it writes, so that a flood at what is closed writes nothing and waits for no lock.
   * Only the write decides: of all who saw room, it lets through as many as there is room for.
   */
  async function reserve(
    key: string,
    longestWaitMs: number,
    readWaitMs: (look: Look) => number,
    write: () => Promise<ReservedRow | undefined>,
  ): Promise<Reservation> {
    const ask = async () => {
      const found = await look(key, longestWaitMs)
      return found ? readWaitMs(found) : 0
    }
    const waitMs = await ask()
    if (waitMs > 0) return { granted: false, waitMs }
    const row = await write()
    if (!row) return { granted: false, waitMs: Math.max(await ask(), 1) }
    return { granted: true, failures: row.failures, closedUntilMs: row.closed_until_ms }
  }

  /** A counter at no failure says nothing: no row is left of what was never looked at. */
  async function deleteEmpty(key: string): Promise<void> {
    await kysely
      .deleteFrom('throttle_counters')
      .where('key', '=', key)
      .where('failures', '=', 0)
      .execute()
  }

  return {
    backoffPool: (rule) => ({
      reserve(key) {
        const expiresAtMs = after(sql.lit(rule.keepMs))
        const failures = sql<number>`(${counted.failures} + 1)`
        const write = kysely
          .insertInto('throttle_counters')
          .values({ key, failures: 1, closed_until_ms: 0, expires_at_ms: expiresAtMs })
          .onConflict((conflict) =>
            conflict
              .column('key')
              .doUpdateSet({
                failures,
                closed_until_ms: after(waitAfter(failures, rule)),
                expires_at_ms: expiresAtMs,
              })
              .where('throttle_counters.failures', '<', rule.closedAfter)
              .where(isOver(rule.longestWaitMs)),
          )
          .returning(['failures', 'closed_until_ms'])
        // What is closed for good names the longest wait, as what is nearly closed does.
        const readWaitMs = (look: Look) =>
          look.failures >= rule.closedAfter ? rule.longestWaitMs : look.waitMs
        return reserve(key, rule.longestWaitMs, readWaitMs, () => write.executeTakeFirst())
      },

      async refund(key, { closedUntilMs }) {
        await kysely
          .updateTable('throttle_counters')
          .set(({ eb, ref }) => ({
            failures: eb('failures', '-', 1),
            // Another attempt may have closed it for longer meanwhile.
            closed_until_ms: eb
              .case()
              .when('closed_until_ms', '=', closedUntilMs)
              .then(0)
              .else(ref('closed_until_ms'))
              .end(),
          }))
          .where('key', '=', key)
          .where('failures', '>', 0)
          .execute()
        await deleteEmpty(key)
      },
    }),

    windowPool: ({ failures, windowMs }) => ({
      reserve(key) {
        // Of a window, `closed_until_ms` is the end, whether it is full by then or not.
        const isPast = isOver(windowMs)
        const anew = (value: RawBuilder<number>, otherwise: RawBuilder<number>) =>
          sql<number>`case when ${isPast} then ${value} else ${otherwise} end`
        const end = after(sql.lit(windowMs))
        const write = kysely
          .insertInto('throttle_counters')
          .values({ key, failures: 1, closed_until_ms: end, expires_at_ms: end })
          .onConflict((conflict) =>
            conflict
              .column('key')
              .doUpdateSet({
                failures: anew(sql`1`, sql`${counted.failures} + 1`),
                closed_until_ms: anew(end, counted.closedUntilMs),
                expires_at_ms: anew(end, counted.expiresAtMs),
              })
              .where(({ or, eb }) => or([eb('throttle_counters.failures', '<', failures), isPast])),
          )
          .returning(['failures', 'closed_until_ms'])
        const readWaitMs = (look: Look) => (look.failures >= failures ? look.waitMs : 0)
        return reserve(key, windowMs, readWaitMs, () => write.executeTakeFirst())
      },

      async refund(key, { closedUntilMs }) {
        await kysely
          .updateTable('throttle_counters')
          .set(({ eb }) => ({ failures: eb('failures', '-', 1) }))
          .where('key', '=', key)
          .where('failures', '>', 0)
          // Not out of the next window.
          .where('closed_until_ms', '=', closedUntilMs)
          .execute()
        await deleteEmpty(key)
      },
    }),

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
