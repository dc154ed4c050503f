// What a builder adds to the tables, beside Keycard's own migrations and as safe as they are.

import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { createTestPlace, forEachEngine } from '../../../testing/databases.ts'
import type { Database, Engine } from '../../database.ts'
import { openDatabase } from '../../open.ts'
import type { Migration, Migrations } from '../migration.ts'

const plants: Migration = {
  async up({ schema }) {
    await schema.createTable('plants').addColumn('name', 'text').execute()
  },
}
const waterings: Migration = {
  async up({ schema }) {
    await schema.createTable('waterings').addColumn('plant', 'text').execute()
  },
}

async function makePlace(engine: Engine) {
  const place = await createTestPlace(engine)
  onTestFinished(() => place.remove())
  /** A start of the version that has these migrations. */
  async function start(appMigrations: Migrations, work?: (database: Database) => Promise<unknown>) {
    const database = await openDatabase({ ...place, appMigrations })
    await work?.(database).finally(database.close)
    await database.close()
  }
  return { place, start }
}

const listTaken = async ({ kysely }: Database, table: string) => {
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(table)}
    order by name`.execute(kysely)
  return rows.map(({ name }) => name)
}

const run = async ({ kysely }: Database, statement: string) => sql.raw(statement).execute(kysely)

forEachEngine((engine) => {
  test('an app’s migration may have the number of one of Keycard’s that comes after it', async () => {
    const { start } = await makePlace(engine)
    await start({ '0014_plants': plants }, async (database) => {
      await run(database, `insert into plants (name) values ('fern')`)
      // As it was before the upgrade that brings Keycard's own 0014.
      await run(database, 'drop index users_active_admins')
      await run(database, 'drop index user_search_keys_old')
      await run(database, `delete from kysely_migration where name like '0014%'`)
    })
    await start({ '0014_plants': plants, '0015_waterings': waterings }, async (database) => {
      expect(await listTaken(database, 'plants')).toEqual(['fern'])
      expect(await listTaken(database, 'app_migrations')).toEqual(['0014_plants', '0015_waterings'])
      const own = await listTaken(database, 'kysely_migration')
      expect(own).toContain('0014_search_keys_and_admins')
      expect(own.filter((name) => /plants|waterings/.test(name))).toEqual([])
    })
  })

  test('what takes long is filled in batches, and only once', async () => {
    const { start } = await makePlace(engine)
    await start({ '0001_plants': plants }, (database) =>
      run(database, `insert into plants (name) values ('fern'), ('moss'), ('ivy')`),
    )
    const capitals: Migration = {
      up: async () => {},
      async fill(kysely) {
        const { numAffectedRows } = await sql`update plants set name = upper(name)
          where name in (select name from plants where name <> upper(name) limit 2)`.execute(kysely)
        return Number(numAffectedRows ?? 0)
      },
    }
    const later = { '0001_plants': plants, '0002_capitals': capitals }
    await start(later, (database) => run(database, `insert into plants (name) values ('rose')`))
    await start(later, async (database) =>
      expect(await listTaken(database, 'plants')).toEqual(['FERN', 'IVY', 'MOSS', 'rose']),
    )
  })

  test('an older version of the app goes on beside one that adds, and is refused after one that breaks', async () => {
    const { place, start } = await makePlace(engine)
    await start({ '0001_plants': plants, '0002_waterings': waterings })
    await start({ '0001_plants': plants })
    await start({ '0003_breaks': { ...waterings, up: async () => {}, isBreaking: true } })
    await expect(openDatabase({ ...place, appMigrations: {} })).rejects.toThrow(
      /^The database was last used by a newer or a different version of this app.*\(0003_breaks\)/,
    )
  })

  test('one that the database refuses is named, and leaves nothing behind', async () => {
    const { place, start } = await makePlace(engine)
    const twice: Migration = {
      async up(...args) {
        await plants.up(...args)
        await plants.up(...args)
      },
    }
    const opening = openDatabase({ ...place, appMigrations: { '0001_twice': twice } })
    await expect(opening).rejects.toThrow(
      /^The migration 0001_twice failed: .*plants.* already exists/,
    )
    await start({ '0001_plants': plants }, async (database) =>
      expect(await listTaken(database, 'app_migrations')).toEqual(['0001_plants']),
    )
  })

  test('one that was changed after it has run is named, before anything else runs', async () => {
    const { place, start } = await makePlace(engine)
    await start({ '0001_plants': plants })
    const appMigrations = { '0000_waterings': waterings, '0001_plants': waterings }
    await expect(openDatabase({ ...place, appMigrations })).rejects.toThrow(
      /^The migration 0001_plants is not the one .*: put it back/,
    )
    await start({ '0001_plants': plants }, async (database) =>
      expect(await listTaken(database, 'app_migrations')).toEqual(['0001_plants']),
    )
  })
})

test('of several nodes that start at once, one runs it', async () => {
  const { place } = await makePlace('postgres')
  let runs = 0
  const counted: Migration = { up: (...args) => plants.up(...args).then(() => void runs++) }
  const appMigrations = { '0001_plants': counted }
  const nodes = await Promise.all([1, 2, 3].map(() => openDatabase({ ...place, appMigrations })))
  const [first] = nodes as [Database, ...Database[]]
  expect(await listTaken(first, 'app_migrations')).toEqual(['0001_plants'])
  for (const node of nodes) await node.close()
  // Each of them builds the statements once for the checksum, and one for the tables.
  expect(runs).toBe(nodes.length + 1)
})
