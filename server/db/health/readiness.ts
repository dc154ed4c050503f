// Whether this process is ready for requests: its database, what it hears of others, its clock (R115).

import { type ChangeFeed, longestSilenceMs } from '../changes/change-feed.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../database.ts'
import { isReadOnly } from '../errors.ts'
import { compareClocks, readDatabaseTime } from './clock-check.ts'

/** 'ok', or what is wrong, in words for an operator. */
export interface ReadinessChecks {
  database: string
  changes: string
  clock: string
}

export type Readiness = () => Promise<ReadinessChecks>

interface ReadinessDeps {
  database: Database
  changeFeed: ChangeFeed
  /** This machine's, or a test's; everything is dated by the database's. */
  machineClock: Clock
}

export function createReadiness(parts: ReadinessDeps): Readiness {
  const { database, changeFeed, machineClock } = parts

  return async () => {
    const [databaseNowMs, fault] = await Promise.all([
      readDatabaseTime(database).catch(() => undefined),
      database.ping().then(
        () => undefined,
        (error: unknown) => error,
      ),
    ])
    const silentMs = changeFeed.silentForMs()
    return {
      database: isReadOnly(fault) ? 'takes no writes' : describeAnswer(fault, databaseNowMs),
      changes:
        silentMs <= longestSilenceMs
          ? 'ok'
          : `nothing heard of other processes for ${Math.round(silentMs / 1_000)} s`,
      clock:
        databaseNowMs === undefined
          ? 'not compared'
          : compareClocks(machineClock.now(), databaseNowMs),
    }
  }
}

function describeAnswer(fault: unknown, databaseNowMs: number | undefined): string {
  return fault === undefined && databaseNowMs !== undefined ? 'ok' : 'does not answer'
}
