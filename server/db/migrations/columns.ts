// Column types and keys that several migrations use.

import { type CreateTableBuilder, sql } from 'kysely'
import type { Engine } from '../database.ts'

/** Text sorts and compares by its bytes on both engines, whatever locale PostgreSQL was made with. */
export const textType = (engine: Engine) =>
  engine === 'postgres' ? sql`text collate "C"` : ('text' as const)

/** A key is named `<table>_<column>_key`, which errors.ts reads back. */
export function identifiedBy<Table extends string, Column extends string>(
  table: CreateTableBuilder<Table, Column>,
  name: Table,
  column: Column,
) {
  return table.addPrimaryKeyConstraint(`${name}_${column}_key`, [column])
}
