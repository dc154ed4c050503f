// Which migrations a database has run: a table as Kysely's own Migrator made it, with two columns more.

import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'

export interface MigrationRecord {
  name: string
  /** null: run by a version that had no checksums. */
  checksum: string | null
  /** Whether a version that does not know the migration may go on beside it. */
  isAdditive: boolean
}

export interface MigrationRecords {
  read(kysely: Kysely<unknown>): Promise<MigrationRecord[]>
  /** Makes the table, or adds what it lacks. */
  prepare(kysely: Kysely<unknown>): Promise<void>
  add(kysely: Kysely<unknown>, record: MigrationRecord): Promise<void>
  /** For known migrations that have none. */
  addChecksums(kysely: Kysely<unknown>, checksums: ReadonlyMap<string, string>): Promise<void>
}

/** @param name of the table: each list of migrations has its own */
export function createMigrationRecords(engine: Engine, name: string): MigrationRecords {
  const table = sql.table(name)

  async function readColumns(kysely: Kysely<unknown>): Promise<Set<string>> {
    const { rows } = await (engine === 'postgres'
      ? sql<{ name: string }>`select attname as name from pg_attribute
          where attrelid = to_regclass(${name}) and attnum > 0 and not attisdropped`
      : sql<{ name: string }>`select name from pragma_table_info(${name})`
    ).execute(kysely)
    return new Set(rows.map(({ name }) => name))
  }

  async function prepare(kysely: Kysely<unknown>): Promise<void> {
    const columns = await readColumns(kysely)
    if (columns.size === 0) {
      await sql`create table ${table} (
        name varchar(255) not null primary key, timestamp varchar(255) not null,
        checksum text, is_additive integer)`.execute(kysely)
      return
    }
    if (columns.has('checksum')) return
    await sql`alter table ${table} add column checksum text`.execute(kysely)
    await sql`alter table ${table} add column is_additive integer`.execute(kysely)
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
      }>`select name, ${added} from ${table}`.execute(kysely)
      return rows.map(({ name, checksum, is_additive }) => ({
        name,
        checksum,
        isAdditive: is_additive === 1,
      }))
    },
    prepare,
    async add(kysely, { name, checksum, isAdditive }) {
      await sql`insert into ${table} (name, timestamp, checksum, is_additive)
        values (${name}, ${new Date().toISOString()}, ${checksum}, ${isAdditive ? 1 : 0})
        on conflict (name) do nothing`.execute(kysely)
    },
    async addChecksums(kysely, checksums) {
      await prepare(kysely)
      for (const [name, checksum] of checksums) {
        await sql`update ${table} set checksum = ${checksum}, is_additive = 1
          where name = ${name} and checksum is null`.execute(kysely)
      }
    },
  }
}
