// What everything stands on: log, master keys, database, clock, password hashing and the audit log.

import { type RawBuilder, sql } from 'kysely'
import { type Logger, pino } from 'pino'
import { createAuditLog } from '../../auth/audit/audit-log.ts'
import { createEventCounts } from '../../auth/audit/event-counts.ts'
import { createOperatorLog } from '../../auth/audit/operator-log.ts'
import { createPasswords } from '../../auth/passwords/passwords.ts'
import { createMasterKeys, loadMasterKeyFile } from '../../auth/secrets/master-key.ts'
import type { Config } from '../../config.ts'
import { type Clock, systemClock } from '../../db/clock.ts'
import { openDatabase } from '../../db/open.ts'

export interface ServicesOptions {
  /** Replaced by tests; everything else is real. */
  clock?: Clock
  logger?: Logger
  /** As `patience` of `openDatabase`. */
  databasePatience?: number
  /** In place of the setting, and lower than it may be; the setting by default. */
  bcryptCost?: number | undefined
  /** False for the command line, which makes no demo accounts and no keys, and checks neither. */
  serving?: boolean
  /** In milliseconds; 1,000 by default. How often an unknown `kid` may make us ask the database. */
  unknownKidCooldownMs?: number
}

export type Foundation = Awaited<ReturnType<typeof openFoundation>>

/** @throws StartError where the master key or the database cannot be opened */
export async function openFoundation(config: Config, options: ServicesOptions) {
  const { serving = true, bcryptCost } = options
  const { logger = createLogger(config, serving) } = options
  const warn = (sentence: string) => logger.warn(sentence)
  const keys =
    config.masterKeys.length > 0 ? config.masterKeys : loadMasterKeyFile(config.dataDir, warn)
  const masterKeys = createMasterKeys(keys)
  const place = { url: config.databaseUrl ?? undefined, dataDir: config.dataDir }
  const database = await openDatabase({ ...place, patience: options.databasePatience })
  // All nodes go by the database's clock; a test sets its own.
  const clock = options.clock ?? database.clock
  const machineClock = options.clock ?? systemClock
  const nowMs = (): RawBuilder<number> =>
    options.clock ? sql.lit(options.clock.now()) : database.nowMs
  const passwords = createPasswords({
    cost: bcryptCost ?? config.bcryptCost,
    ...(bcryptCost !== undefined && { lowestCost: bcryptCost }),
    peppers: masterKeys.derive('password-pepper'),
  })
  const eventCounts = createEventCounts()
  return {
    config,
    serving,
    logger,
    warn,
    onError: (error: unknown) => logger.error({ err: error }, 'changes could not be read'),
    masterKeys,
    place,
    database,
    clock,
    machineClock,
    distrustsClock: options.clock === undefined,
    nowMs,
    passwords,
    eventCounts,
    auditLog: createAuditLog({ database, clock, logger, eventCounts }),
  }
}

/**
 * A command's output is its own: only errors are logged beside it, and its acts are in the audit
 * log.
 */
function createLogger({ logLevel }: Config, serving: boolean): Logger {
  if (serving) return createOperatorLog(logLevel)
  return createOperatorLog(logLevel === 'silent' ? 'silent' : 'error', pino.destination(2))
}
