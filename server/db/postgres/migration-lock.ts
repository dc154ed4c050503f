// One node at a time brings the tables of PostgreSQL up to date; the others wait, and say so.

import { setTimeout as sleep } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { RunAlone } from '../migrations/migrate.ts'

/** The lock of Kysely's own Migrator, with which older versions exclude each other. */
const lockId = '3853314791062309107'

/**
 * In milliseconds. A statement of another node that waits behind ours for a table may take 1.5 s:
 * as long as we wait no longer for that table ourselves, none of them fails.
 */
const lockTimeoutMs = 1_000
/**
 * In milliseconds: between two attempts, before the wait is reported, and before it is reported
 * again.
 */
const [pauseMs, silentMs, tellAgainMs] = [250, 1_000, 60_000]

/**
 * The lock belongs to a transaction, so that nothing of it is left behind a pooler. An operator's
 * limits for all statements of the user do not apply here.
 */
export function runAloneOn(kysely: Kysely<unknown>): RunAlone {
  return async (work, onWait) => {
    let tellAtMs = performance.now() + silentMs
    let told: string | undefined
    for (;;) {
      const outcome = await attempt(kysely, work)
      if ('result' in outcome) return outcome.result
      const { waitsFor } = outcome
      if (performance.now() > tellAtMs || (told !== undefined && told !== waitsFor)) {
        onWait(waitsFor)
        told = waitsFor
        tellAtMs = performance.now() + tellAgainMs
      }
      await sleep(pauseMs)
    }
  }
}

type Outcome<Result> = { result: Result } | { waitsFor: string }

async function attempt<Result>(
  kysely: Kysely<unknown>,
  work: (kysely: Kysely<unknown>) => Promise<Result>,
): Promise<Outcome<Result>> {
  try {
    return await kysely.transaction().execute(async (transaction) => {
      await sql`select set_config('statement_timeout', '0', true),
        set_config('idle_in_transaction_session_timeout', '0', true),
        set_config('lock_timeout', ${String(lockTimeoutMs)}, true)`.execute(transaction)
      const { rows } = await sql<{ is_won: boolean }>`
        select pg_try_advisory_xact_lock(${sql.lit(lockId)}) as is_won`.execute(transaction)
      if (rows[0]?.is_won) return { result: await work(transaction) }
      return { waitsFor: "Waiting for another node's update of the tables ..." }
    })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === '55P03')) throw error
    return {
      waitsFor:
        'Waiting to update the tables: something else has one of them in use, a backup perhaps ...',
    }
  }
}
