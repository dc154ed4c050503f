// Restoring a backup of the SQLite database: it is prepared beside the old one, and then takes its place.

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { loadMasterKeyFile } from './auth/secrets/master-key.ts'
import type { Actor } from './auth/sessions/account-change.ts'
import type { Config } from './config.ts'
import { AppError } from './contract/app-error.ts'
import { copyBackup, lockSqlite, refuseDatabaseItself } from './db/sqlite/restore.ts'
import { sqliteFileName } from './db/sqlite/sqlite.ts'
import type { OnProgress } from './db/writes/batches.ts'
import { createServices } from './services.ts'

export interface Restored {
  userCount: number
  sessionsEnded: number
  /** null where there was no database before. */
  keptAs: string | null
}

/**
 * Everything that can fail is done to a copy; until it takes the old one's place, nothing has
 * changed.
 * @throws AppError where the backup is not one or the database is in use, StartError where a newer
 *   Keycard made it or the master key is another one
 */
export async function restoreDatabase(
  config: Config,
  file: string,
  by: Actor,
  onProgress?: OnProgress,
): Promise<Restored> {
  if (config.databaseUrl !== null) throw refusePostgres(file)
  const { dataDir } = config
  refuseDatabaseItself(file, dataDir)
  const masterKeys = findMasterKeys(config)
  const lock = lockSqlite(dataDir)
  try {
    removeDrafts(dataDir)
    const draftDir = mkdtempSync(join(dataDir, draftPrefix))
    try {
      const draft = join(draftDir, sqliteFileName)
      copyBackup(file, draft)
      const counts = await prepare({ ...config, dataDir: draftDir, masterKeys }, by, onProgress)
      return { ...counts, keptAs: lock.replaceBy(draft) }
    } finally {
      rmSync(draftDir, { recursive: true })
    }
  } finally {
    lock.release()
  }
}

const draftPrefix = 'restoring-'

/** Left by a restore that was killed: a copy of everything. */
function removeDrafts(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith(draftPrefix)) rmSync(join(dataDir, name), { recursive: true })
  }
}

/**
 * Brings the tables up to date, checks that the keys decrypt, and ends what the backup would revive
 * (R67).
 */
async function prepare(config: Config, by: Actor, onProgress: OnProgress | undefined) {
  const services = await createServices(config, { serving: false })
  try {
    const sessionsEnded = await services.resetTokens(by, onProgress)
    return { userCount: await services.userDirectory.count(), sessionsEnded }
  } finally {
    await services.close()
  }
}

function findMasterKeys({ masterKeys, dataDir }: Config): readonly Uint8Array[] {
  if (masterKeys.length > 0) return masterKeys
  // A new one would be made, and could decrypt nothing of the backup.
  if (existsSync(join(dataDir, 'master.key'))) return loadMasterKeyFile(dataDir)
  throw new AppError(
    'invalid_input',
    `There is no master key: put the master.key of that database into ${dataDir} first, or set MASTER_KEY.`,
  )
}

function refusePostgres(file: string): AppError {
  return new AppError(
    'invalid_input',
    'PostgreSQL has a tool for that. Stop every server, name a new and empty database in ' +
      'DATABASE_URL, and then:\n' +
      `pg_restore --no-owner --single-transaction --dbname="$DATABASE_URL" ${file} \\\n` +
      '  && npm run keycard -- after-restore',
  )
}
