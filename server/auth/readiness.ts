// Whether this process may be sent requests: its database, what it hears of others, its clock (R115).

import type { Clock } from '../db/clock.ts'
import type { Database } from '../db/database.ts'
import { type ChangeFeed, longestSilenceMs } from './change-feed.ts'

/** 'ok', or what is wrong, in words for an operator. */
export interface ReadinessChecks {
  database: string
  changes: string
  clock: string
}

export type Readiness = () => Promise<ReadinessChecks>

/** In milliseconds. Tokens of a node that is further off would be refused by the others (R36). */
const clockToleranceMs = 30_000

interface ReadinessParts {
  database: Database
  changeFeed: ChangeFeed
  clock: Clock
}

export function createReadiness({ database, changeFeed, clock }: ReadinessParts): Readiness {
  async function askTime(): Promise<number | undefined> {
    try {
      const { now_ms } = await database.kysely
        .selectNoFrom(database.nowMs.as('now_ms'))
        .executeTakeFirstOrThrow()
      return Number(now_ms)
    } catch {
      return undefined
    }
  }

  return async () => {
    const databaseNowMs = await askTime()
    const silentMs = changeFeed.silentForMs()
    return {
      database: databaseNowMs === undefined ? 'does not answer' : 'ok',
      changes:
        silentMs <= longestSilenceMs
          ? 'ok'
          : `nothing heard of other processes for ${Math.round(silentMs / 1_000)} s`,
      clock: describeClock(databaseNowMs, clock.now()),
    }
  }
}

function describeClock(databaseNowMs: number | undefined, nowMs: number): string {
  if (databaseNowMs === undefined) return 'not compared'
  const offMs = nowMs - databaseNowMs
  if (Math.abs(offMs) <= clockToleranceMs) return 'ok'
  const seconds = Math.round(Math.abs(offMs) / 1_000)
  return `${seconds} s ${offMs < 0 ? 'behind' : 'ahead of'} the database's`
}
