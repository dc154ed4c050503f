// Bringing the tables up to date, while other processes do the same and older ones go on beside it.

import type { Kysely } from 'kysely'
import { StartError } from '../../settings/start-error.ts'
import type { Engine } from '../database.ts'
import { readChecksum } from './migration-checksum.ts'
import { createMigrationRecords, type MigrationRecord } from './migration-records.ts'
import { createMigrations, type Step } from './migrations.ts'

interface MigrateOptions {
  kysely: Kysely<unknown>
  engine: Engine
  runAlone: RunAlone
  /** Gets a sentence where the start has to wait, or takes long; by default it is printed. */
  onWait?: OnWait
  /** Those of this version by default. */
  steps?: Steps
}

export type Steps = Readonly<Record<string, Step>>

export type OnWait = (sentence: string) => void

/** Runs it in one transaction, while no other process migrates. */
export type RunAlone = <Result>(
  work: (kysely: Kysely<unknown>) => Promise<Result>,
  onWait: OnWait,
) => Promise<Result>

/** In milliseconds: what takes longer is told of. */
const silentMs = 3_000

/**
 * Takes the steps that the database has not taken. One that landed late may have a lower number than
 * one that was taken.
 * @throws StartError where the tables are those of a version that this one cannot work beside
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const { kysely, engine, runAlone, onWait = print } = options
  const steps = options.steps ?? createMigrations(engine)
  const records = createMigrationRecords(engine)
  const checksums = new Map<string, string>()
  for (const [name, step] of Object.entries(steps)) {
    checksums.set(name, await readChecksum(step, engine))
  }

  const taken = await records.read(kysely)
  for (const record of taken) checkRecord(record, checksums)
  const pending = [...checksums.keys()].sort().filter((name) => !isAmong(taken, name))
  for (const name of pending) {
    const sentence = `Keycard is bringing its tables up to date: ${name} ...`
    const timer = setTimeout(() => onWait(sentence), silentMs)
    await take(name).finally(() => clearTimeout(timer))
  }
  // From before there were checksums: 0012 has made the same of all of them.
  if (taken.some(({ name, checksum }) => checksum === null && checksums.has(name))) {
    await runAlone((locked) => records.addChecksums(locked, checksums), onWait)
  }

  async function take(name: string): Promise<void> {
    const { up, fill, isBreaking = false } = steps[name] as Step
    const record = { name, checksum: checksums.get(name) ?? null, isAdditive: !isBreaking }
    const isDone = await runAlone(async (locked) => {
      await records.prepare(locked)
      // While this one waited, another process has.
      if (isAmong(await records.read(locked), name)) return true
      await up(locked)
      if (!fill) await records.add(locked, record)
      return !fill
    }, onWait)
    if (isDone || !fill) return
    while ((await runAlone(fill, onWait)) > 0);
    await runAlone((locked) => records.add(locked, record), onWait)
  }
}

function print(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

function isAmong(records: readonly MigrationRecord[], name: string): boolean {
  return records.some((record) => record.name === name)
}

function checkRecord(record: MigrationRecord, checksums: ReadonlyMap<string, string>): void {
  const { name, checksum, isAdditive } = record
  const known = checksums.get(name)
  if (known === undefined && !isAdditive) {
    throw new StartError(
      'The database was last used by a newer or a different Keycard, and has steps that this one ' +
        `does not know (${name}): start that version, or use another database.`,
    )
  }
  if (known !== undefined && checksum !== null && checksum !== known) {
    throw new StartError(
      `The step ${name} of the tables is not the one that this database has taken: put it back as ` +
        'it was, and write what changed as a new step.',
    )
  }
}
