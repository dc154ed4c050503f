// Which steps of the migrations a database has taken: the table that Kysely's own Migrator made, and two columns.

import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'

export interface MigrationRecord {
  name: string
  /** null: taken by a version that had none. */
  checksum: string | null
  /** Whether a version that does not know the step may go on beside it. */
  isAdditive: boolean
}

export interface MigrationRecords {
  read(kysely: Kysely<unknown>): Promise<MigrationRecord[]>
  /** Makes the table, or what it lacks. */
  prepare(kysely: Kysely<unknown>): Promise<void>
  add(kysely: Kysely<unknown>, record: MigrationRecord): Promise<void>
  /** To those that have none, and that are known. */
  addChecksums(kysely: Kysely<unknown>, checksums: ReadonlyMap<string, string>): Promise<void>
}

export function createMigrationRecords(engine: Engine): MigrationRecords {
  async function readColumns(kysely: Kysely<unknown>): Promise<Set<string>> {
    const { rows } = await (engine === 'postgres'
      ? sql<{ name: string }>`select attname as name from pg_attribute
          where attrelid = to_regclass('kysely_migration') and attnum > 0 and not attisdropped`
      : sql<{ name: string }>`select name from pragma_table_info('kysely_migration')`
    ).execute(kysely)
    return new Set(rows.map(({ name }) => name))
  }

  async function prepare(kysely: Kysely<unknown>): Promise<void> {
    const columns = await readColumns(kysely)
    if (columns.size === 0) {
      await sql`create table kysely_migration (
        name varchar(255) not null primary key, timestamp varchar(255) not null,
        checksum text, is_additive integer)`.execute(kysely)
      return
    }
    if (columns.has('checksum')) return
    await sql`alter table kysely_migration add column checksum text`.execute(kysely)
    await sql`alter table kysely_migration add column is_additive integer`.execute(kysely)
  }

  return {
    async read(kysely) {
      const columns = await readColumns(kysely)
      if (columns.size === 0) return []
      const added = columns.has('checksum')
        ? sql`checksum, is_additive`
        : sql`null as checksum, null as is_additive`
      const { rows } = await sql<{
        name: string
        checksum: string | null
        is_additive: number | null
      }>`select name, ${added} from kysely_migration`.execute(kysely)
      return rows.map(({ name, checksum, is_additive }) => ({
        name,
        checksum,
        isAdditive: is_additive === 1,
      }))
    },
    prepare,
    async add(kysely, { name, checksum, isAdditive }) {
      await sql`insert into kysely_migration (name, timestamp, checksum, is_additive)
        values (${name}, ${new Date().toISOString()}, ${checksum}, ${isAdditive ? 1 : 0})
        on conflict (name) do nothing`.execute(kysely)
    },
    async addChecksums(kysely, checksums) {
      await prepare(kysely)
      for (const [name, checksum] of checksums) {
        await sql`update kysely_migration set checksum = ${checksum}, is_additive = 1
          where name = ${name} and checksum is null`.execute(kysely)
      }
    },
  }
}
