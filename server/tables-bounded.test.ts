// Whatever people do, a table ends where they do: nothing that only tells of the past is kept for good.

import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { openTestApp } from '../e2e/test-app.ts'
import { createTestClock } from '../e2e/test-clock.ts'

/** What people and operators made, and only they take away; `signing_keys` are as many as rotations. */
const ownedTables = [
  'items',
  'oauth_clients',
  'signing_keys',
  // A row for each import that was given up in the middle of its file.
  'user_imports',
  'user_search_keys',
  'users',
  'kysely_migration',
  'kysely_migration_lock',
]

test('every other table fills as the server is used, and is empty again in time', async () => {
  const clock = createTestClock(Date.now())
  const { app, services, close } = await openTestApp({ clock })
  const { kysely } = services.database
  async function countRows(): Promise<Record<string, number>> {
    const tables = await kysely.introspection.getTables({ withInternalKyselyTables: true })
    const counts = tables
      .filter(({ name }) => !ownedTables.includes(name))
      .map(async ({ name }) => {
        const { rows } = await sql<{
          n: number
        }>`select count(*) as n from ${sql.table(name)}`.execute(kysely)
        return [name, Number(rows[0]?.n)] as const
      })
    return Object.fromEntries(await Promise.all(counts))
  }
  try {
    const send = (url: string, payload: object) =>
      app.inject({ method: 'POST', url, headers: { origin: services.config.publicUrl }, payload })
    await send('/trpc/auth.login', { username: 'johndoe', password: 'secret' })
    await send('/trpc/auth.login', { username: 'nobody', password: 'secret' })
    const tokens = await app.inject({
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'username=johndoe&password=secret',
    })
    await app.inject({
      method: 'POST',
      url: '/revoke',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `token=${tokens.json().refresh_token}`,
    })
    const used = await countRows()
    expect(Object.keys(used).length).toBeGreaterThanOrEqual(5)
    for (const [table, count] of Object.entries(used))
      expect([table, count > 0]).toEqual([table, true])

    clock.advance(500 * 24 * 60 * 60_000)
    await vi.waitFor(
      async () => {
        const left = await countRows()
        expect(left).toEqual(Object.fromEntries(Object.keys(used).map((table) => [table, 0])))
      },
      { timeout: 5_000 },
    )
  } finally {
    await close()
  }
})
