// The database gone under a running server: every door says "later" in its own words.

import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createTestPlace } from '../../e2e/databases.ts'
import { openTestApp } from '../../e2e/test-app.ts'

test('R51: while the database is down every door answers 503 with when to come back', async () => {
  const place = await createTestPlace('postgres')
  const masterKey = randomBytes(32).toString('base64')
  const { app, tokenFor, close } = await openTestApp({
    env: { DATABASE_URL: place.url ?? '', MASTER_KEY: masterKey },
  })
  try {
    const headers = { authorization: `Bearer ${await tokenFor('johndoe')}` }
    await place.remove()

    const token = await app.inject({
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'username=johndoe&password=secret',
    })
    expect(token.json()).toMatchObject({ error: 'temporarily_unavailable' })
    expect([token.statusCode, token.headers['retry-after']]).toEqual([503, '5'])

    const rest = await app.inject({ url: '/api/users/me', headers })
    expect([rest.statusCode, rest.headers['retry-after']]).toEqual([503, '5'])
    expect(rest.json()).toEqual({ detail: expect.stringContaining('Try again') })

    const trpc = await app.inject({ url: '/trpc/users.me', headers })
    expect(trpc.statusCode).toBe(503)
    expect(trpc.json()).toMatchObject({
      error: { data: { reason: 'unavailable', retry_after: 5 } },
    })
  } finally {
    await close()
  }
})
