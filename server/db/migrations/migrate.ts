// Brings the tables up to date, while other processes do the same and older ones go on beside it.

import type { Kysely } from 'kysely'
import { productName } from '../../contract/brand.ts'
import { StartError } from '../../settings/start-error.ts'
import type { Engine } from '../database.ts'
import { appMigrations } from './app/app-migrations.ts'
import type { Migration, Migrations } from './migration.ts'
import { readChecksum } from './migration-checksum.ts'
import {
  createMigrationRecords,
  type MigrationRecord,
  type MigrationRecords,
} from './migration-records.ts'
import { migrations } from './migrations.ts'
import { releasedChecksums } from './released-checksums.ts'

interface MigrateOptions {
  kysely: Kysely<unknown>
  engine: Engine
  runAlone: RunAlone
  /** Gets a sentence where the start has to wait, or takes long; by default it is printed. */
  onWait?: OnWait
  /** Replaced by tests; by default those of `app/`. */
  appMigrations?: Migrations | undefined
}

export type OnWait = (sentence: string) => void

/** Runs it in one transaction, while no other process migrates. */
export type RunAlone = <Result>(
  work: (kysely: Kysely<unknown>) => Promise<Result>,
  onWait: OnWait,
) => Promise<Result>

/** Lists of migrations that are independent: each has a table that says which have run. */
interface MigrationList {
  table: 'kysely_migration' | 'app_migrations'
  migrations: Migrations
  /** Checksums that need not be computed. */
  checksums: Readonly<Record<string, string>>
  /** The sentence for an operator whose database has run one that this list does not have. */
  sayUnknown(name: string): string
}

interface CheckedList extends Omit<MigrationList, 'checksums'> {
  records: MigrationRecords
  checksums: ReadonlyMap<string, string>
  taken: readonly MigrationRecord[]
}

/** In milliseconds: whatever takes longer is reported. */
const silentMs = 3_000

/**
 * Runs the migrations that the database has not run, Keycard's before the app's. One that landed
 * late may have a lower number than one that has run.
 * @throws StartError where the tables are those of a version that this one cannot work beside; then
 *   nothing has changed
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const lists: MigrationList[] = [
    {
      table: 'kysely_migration',
      migrations,
      checksums: releasedChecksums[options.engine],
      sayUnknown: (name) =>
        `The database was last used by a newer or a different version of ${productName}, and has migrations ` +
        `that this one does not know (${name}): start that version, or use another database.`,
    },
    {
      table: 'app_migrations',
      migrations: options.appMigrations ?? appMigrations,
      checksums: {},
      sayUnknown: (name) =>
        'The database was last used by a newer or a different version of this app, and has ' +
        `migrations of it that this one does not know (${name}): start that version, or use another ` +
        'database.',
    },
  ]
  const checked: CheckedList[] = []
  for (const list of lists) checked.push(await check(list, options))
  for (const list of checked) await takePending(list, options)
}

/** @throws StartError where the list and what has run of it do not fit together */
async function check(
  list: MigrationList,
  { kysely, engine }: MigrateOptions,
): Promise<CheckedList> {
  const checksums = new Map<string, string>()
  for (const [name, migration] of Object.entries(list.migrations)) {
    checksums.set(name, list.checksums[name] ?? (await readChecksum(migration, engine)))
  }
  const records = createMigrationRecords(engine, list.table)
  const taken = await records.read(kysely)
  for (const { name, checksum, isAdditive } of taken) {
    const known = checksums.get(name)
    if (known === undefined && !isAdditive) throw new StartError(list.sayUnknown(name))
    if (known !== undefined && checksum !== null && checksum !== known) {
      throw new StartError(
        `The migration ${name} is not the one that this database has taken: put it back as it was, ` +
          'and write what changed as a new one.',
      )
    }
  }
  return { ...list, records, checksums, taken }
}

async function takePending(
  { migrations, records, checksums, taken }: CheckedList,
  { engine, runAlone, onWait = print }: MigrateOptions,
): Promise<void> {
  const pending = [...checksums.keys()].sort().filter((name) => !isAmong(taken, name))
  for (const name of pending) {
    const sentence = `${productName} is bringing its tables up to date: ${name} ...`
    const timer = setTimeout(() => onWait(sentence), silentMs)
    try {
      await take(name)
    } catch (error) {
      throw nameFault(name, error)
    } finally {
      clearTimeout(timer)
    }
  }
  // From before there were checksums: 0012 has made up for what they lack.
  if (taken.some(({ name, checksum }) => checksum === null && checksums.has(name))) {
    await runAlone((locked) => records.addChecksums(locked, checksums), onWait)
  }

  async function take(name: string): Promise<void> {
    const { up, fill, isBreaking = false } = migrations[name] as Migration
    const record = { name, checksum: checksums.get(name) ?? null, isAdditive: !isBreaking }
    const isDone = await runAlone(async (locked) => {
      await records.prepare(locked)
      // While this one waited, another process has run it.
      if (isAmong(await records.read(locked), name)) return true
      await up(locked, engine)
      if (!fill) await records.add(locked, record)
      return !fill
    }, onWait)
    if (isDone || !fill) return
    while ((await runAlone((locked) => fill(locked, engine), onWait)) > 0);
    await runAlone((locked) => records.add(locked, record), onWait)
  }
}

function print(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

/** Adds the migration's name to what the database says of a wrong statement; other errors unchanged. */
function nameFault(name: string, error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && wrongStatement.test(String(error.code)))) {
    return error
  }
  return new StartError(`The migration ${name} failed: ${error.message}.`, { cause: error })
}

/** PostgreSQL's classes 23 and 42, except a missing right, which has a message of its own. */
const wrongStatement = /^(SQLITE_(ERROR|CONSTRAINT)|23|42(?!501))/

function isAmong(records: readonly MigrationRecord[], name: string): boolean {
  return records.some((record) => record.name === name)
}
