// A full disk while the server runs: reads go on, and writes are refused with "later".

import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openTestApp } from '../testing/test-app.ts'

test('R51: while the disk is full reads go on, writes answer 503, and nothing acknowledged is lost', async () => {
  const { app, services, tokenFor, close } = await openTestApp({ withNotes: true })
  try {
    const headers = { authorization: `Bearer ${await tokenFor('johndoe')}` }
    const { kysely } = services.database
    const write = () =>
      app.inject({
        method: 'POST',
        url: '/api/notes',
        headers,
        payload: { title: 'one more', description: 'x'.repeat(2_000) },
      })
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(kysely)
    const limitPages = (pages: number) => sql.raw(`pragma max_page_count = ${pages}`)
    await limitPages(rows[0]?.page_count ?? 0).execute(kysely)

    let made = 0
    let answer = await write()
    while (answer.statusCode === 201 && made < 1_000) {
      made += 1
      answer = await write()
    }
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5'])
    const list = await app.inject({ url: '/api/notes?limit=100', headers })
    expect(list.statusCode).toBe(200)
    expect(list.json<{ notes: unknown[] }>().notes).toHaveLength(made)

    await limitPages(1_000_000).execute(kysely)
    expect((await write()).statusCode).toBe(201)
  } finally {
    await close()
  }
})
