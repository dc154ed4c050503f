// The database is gone while the server runs: each surface answers "later" in its own format.

import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { TokenResponse } from '../contract/oauth.ts'
import { homePath } from '../contract/pages.ts'
import { createTestPlace } from '../testing/databases.ts'
import { openTestApp } from '../testing/test-app.ts'

test('R51: while the database is down every endpoint answers 503 with Retry-After', async () => {
  const place = await createTestPlace('postgres')
  const masterKey = randomBytes(32).toString('base64')
  const { app, tokenFor, close } = await openTestApp({
    env: { DATABASE_URL: place.url ?? '', MASTER_KEY: masterKey },
  })
  try {
    const formType = { 'content-type': 'application/x-www-form-urlencoded' }
    const accessToken = await tokenFor('johndoe')
    const headers = { authorization: `Bearer ${accessToken}` }
    const adminHeaders = { authorization: `Bearer ${await tokenFor('admin')}` }
    const signedIn = await app.inject({
      method: 'POST',
      url: '/token',
      headers: formType,
      payload: 'username=johndoe&password=secret',
    })
    const { refresh_token } = signedIn.json<Required<TokenResponse>>()
    await place.remove()

    const token = await app.inject({
      method: 'POST',
      url: '/token',
      headers: formType,
      payload: 'username=johndoe&password=secret',
    })
    expect(token.json()).toMatchObject({ error: 'temporarily_unavailable' })
    expect([token.statusCode, token.headers['retry-after']]).toEqual([503, '5'])

    // Never a 200 for work that was not done; recognising garbage needs no database.
    const postToken = (url: string, shown: string) =>
      app.inject({
        method: 'POST',
        url,
        headers: { ...formType, ...(url === '/introspect' && adminHeaders) },
        payload: `token=${shown}`,
      })
    for (const url of ['/revoke', '/introspect']) {
      for (const shown of [accessToken, refresh_token]) {
        const answer = await postToken(url, shown)
        expect(answer.json()).toMatchObject({ error: 'temporarily_unavailable' })
        expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5'])
      }
      expect((await postToken(url, 'garbage')).statusCode).toBe(200)
    }

    const rest = await app.inject({ url: '/api/users/me', headers })
    expect([rest.statusCode, rest.headers['retry-after']]).toEqual([503, '5'])
    expect(rest.json()).toEqual({ detail: expect.stringContaining('Try again') })

    // A browser with a cookie is not sent away from the app: it waits, and finds out.
    const page = { accept: 'text/html', cookie: `keycard=${refresh_token}` }
    const home = await app.inject({ url: '/', headers: page })
    expect([home.statusCode, home.headers.location]).toEqual([303, homePath])

    const trpc = await app.inject({ url: '/trpc/users.me', headers })
    expect(trpc.statusCode).toBe(503)
    expect(trpc.json()).toMatchObject({
      error: { data: { reason: 'unavailable', retry_after: 5 } },
    })
  } finally {
    await close()
  }
})
