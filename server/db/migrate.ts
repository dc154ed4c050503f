// Bringing the tables up to date, also while other processes do the same.

import { type Kysely, Migrator } from 'kysely'
import { StartError } from '../contract/start-error.ts'
import type { Engine } from './database.ts'
import { createMigrations } from './migrations.ts'
import type { Tables } from './tables.ts'

/**
 * PostgreSQL: Kysely takes a session's advisory lock and a transaction, so one process migrates
 * and the others wait. SQLite: Kysely takes neither; the caller holds the write lock meanwhile.
 */
export async function migrate(kysely: Kysely<Tables>, engine: Engine): Promise<void> {
  const migrations = createMigrations(engine)
  const migrator = new Migrator({
    db: kysely,
    provider: { getMigrations: async () => migrations },
  })
  const { error } = await migrator.migrateToLatest()
  if (error instanceof Error && error.message.startsWith('corrupted migrations')) {
    throw new StartError(
      'The database was last used by a newer or a different Keycard, and has steps that this one ' +
        'does not know: start that version, or use another database.',
      { cause: error },
    )
  }
  if (error) throw error
}
