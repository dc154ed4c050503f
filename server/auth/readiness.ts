// Whether this process may be sent requests: its database, what it hears of others, its clock (R115).

import type { Clock } from '../db/clock.ts'
import type { Database } from '../db/database.ts'
import { type ChangeFeed, longestSilenceMs } from './change-feed.ts'
import { compareClocks, readDatabaseTime } from './clock-check.ts'

/** 'ok', or what is wrong, in words for an operator. */
export interface ReadinessChecks {
  database: string
  changes: string
  clock: string
}

export type Readiness = () => Promise<ReadinessChecks>

interface ReadinessParts {
  database: Database
  changeFeed: ChangeFeed
  /** This machine's, or a test's; all that is dated goes by the database's. */
  machineClock: Clock
}

export function createReadiness(parts: ReadinessParts): Readiness {
  const { database, changeFeed, machineClock } = parts

  return async () => {
    const databaseNowMs = await readDatabaseTime(database).catch(() => undefined)
    const silentMs = changeFeed.silentForMs()
    return {
      database: databaseNowMs === undefined ? 'does not answer' : 'ok',
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
