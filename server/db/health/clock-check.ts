// Compares this machine's clock with the database's: if they differ, one of them is wrong, or both are.

import { StartError } from '../../settings/start-error.ts'
import { type Clock, clockToleranceMs } from '../clock.ts'
import type { Database } from '../database.ts'

/** Passes, or throws StartError naming both times. */
export type ClockCheck = () => Promise<void>

interface ClockCheckDeps {
  database: Database
  machineClock: Clock
}

/** For a command: its acts are dated by the database's clock, which it cannot check. */
export function createClockCheck({ database, machineClock }: ClockCheckDeps): ClockCheck {
  return async () => {
    const databaseNowMs = await readDatabaseTime(database)
    const nowMs = machineClock.now()
    if (isNear(nowMs, databaseNowMs)) return
    const [here, there] = [nowMs, databaseNowMs].map((ms) => new Date(ms).toISOString())
    throw new StartError(
      `This machine's clock says ${here}, and the database's ${there}: set the one that is wrong. ` +
        `Nothing was done, since more than ${clockToleranceMs / 1_000} s lie between them.`,
    )
  }
}

async function readDatabaseTime({ kysely, nowMs }: Database): Promise<number> {
  const { now_ms } = await kysely.selectNoFrom(nowMs.as('now_ms')).executeTakeFirstOrThrow()
  return Number(now_ms)
}

/** 'ok', or by how much it is off. */
export function compareClocks(nowMs: number, databaseNowMs: number): string {
  if (isNear(nowMs, databaseNowMs)) return 'ok'
  const offMs = nowMs - databaseNowMs
  const seconds = Math.round(Math.abs(offMs) / 1_000)
  return `${seconds} s ${offMs < 0 ? 'behind' : 'ahead of'} the database's`
}

function isNear(nowMs: number, databaseNowMs: number): boolean {
  return Math.abs(nowMs - databaseNowMs) <= clockToleranceMs
}
