// Your own migrations, oldest first: Keycard adds none here, and its own never meet yours.

import type { Migrations } from '../migration.ts'

/**
 * By the names under which databases know them, which sort in the order in which they run. Each is
 * a file of its own beside this one: `0001_plants` is in `0001-plants.ts`.
 */
export const appMigrations: Migrations = {
  // '0001_plants': plants,
}
