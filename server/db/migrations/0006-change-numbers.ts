// Numbers that order the revocations as the database commits them.

import { type Kysely, sql } from 'kysely'
import type { Migration } from './migration.ts'

export const changeNumbers: Migration = {
  async up(kysely, engine) {
    if (engine === 'postgres') await numberByTransaction(kysely)
    else await numberInSequence(kysely)
    await kysely.schema
      .createIndex('revocations_change_number_id')
      .on('revocations')
      .columns(['change_number', 'id'])
      .execute()
  },
}

/** By the default, so that rows written by an older node are numbered too. */
async function numberByTransaction({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .alterTable('revocations')
    .addColumn('change_number', 'bigint', (column) =>
      column.notNull().defaultTo(sql`(pg_current_xact_id()::text::bigint)`),
    )
    .execute()
}

/** No number is assigned twice, which takes a special kind of table. */
async function numberInSequence(kysely: Kysely<unknown>): Promise<void> {
  const { schema } = kysely
  await schema
    .createTable('numbered_revocations')
    .addColumn('change_number', 'integer', (column) =>
      column.notNull().primaryKey().autoIncrement(),
    )
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('epoch', 'integer')
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .execute()
  await sql`insert into numbered_revocations (id, kind, subject, epoch, created_at_ms)
    select id, kind, subject, epoch, created_at_ms from revocations`.execute(kysely)
  await schema.dropTable('revocations').execute()
  await schema.alterTable('numbered_revocations').renameTo('revocations').execute()
  await schema
    .createIndex('revocations_created_at_ms')
    .on('revocations')
    .column('created_at_ms')
    .execute()
}
