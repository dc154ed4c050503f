// Whether this process is ready for requests: its database, what it hears of others, its clock (R115).

import { type ChangeFeed, longestSilenceMs } from '../changes/change-feed.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../database.ts'
import { isReadOnly } from '../errors.ts'
import { compareClocks } from './clock-check.ts'

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

export function createReadiness(deps: ReadinessDeps): Readiness {
  const { database, changeFeed, machineClock } = deps

  return async () => {
    const answer = await database.ping().then(
      (nowMs) => ({ nowMs }),
      (fault: unknown) => ({ fault }),
    )
    const silentMs = changeFeed.silentForMs()
    return {
      database: 'nowMs' in answer ? 'ok' : describeFault(answer.fault),
      changes:
        silentMs <= longestSilenceMs
          ? 'ok'
          : `nothing heard of other processes for ${Math.round(silentMs / 1_000)} s`,
      clock: 'nowMs' in answer ? compareClocks(machineClock.now(), answer.nowMs) : 'not compared',
    }
  }
}

function describeFault(fault: unknown): string {
  return isReadOnly(fault) ? 'takes no writes' : 'does not answer'
}
