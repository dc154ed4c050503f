// A token that cannot be checked: it is never reported as invalid.

import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { createChangeFeed } from '../../db/changes/change-feed.ts'
import { openDatabase } from '../../db/open.ts'
import { makeHolder, shareTestApp } from '../../testing/account-holder.ts'
import { createTestPlace } from '../../testing/databases.ts'
import { testRefreshTokens } from '../../testing/test-sessions.ts'
import { createIdentities } from '../tokens/identity.ts'
import { createTokenLookup } from './token-lookup.ts'

const { app, clock } = shareTestApp('sqlite')

test('R51: while revocations are unknown, an access token is neither live nor unknown', async () => {
  const { services } = app()
  const place = await createTestPlace('sqlite')
  const [database, another] = [await openDatabase(place), await openDatabase(place)]
  let nowMs = 0
  const changeFeed = createChangeFeed({
    database,
    clock,
    onError: () => {},
    monotonicNow: () => nowMs,
  })
  onTestFinished(async () => {
    changeFeed.close()
    await Promise.all([database.close(), another.close()])
    await place.remove()
  })
  changeFeed.follow({
    refresh: async () =>
      void (await database.kysely.selectFrom('revocations').selectAll().execute()),
  })
  const identities = createIdentities({
    accessTokens: services.accessTokens,
    revocations: services.revocations,
    changeFeed,
  })
  const lookup = createTokenLookup({
    sessions: services.sessions,
    refreshTokens: testRefreshTokens,
    identities,
  })
  const ada = await (await makeHolder(services)).signIn()
  expect(await lookup.find(ada.accessToken)).toMatchObject({ kind: 'access_token' })
  expect(await lookup.find('garbage')).toBeUndefined()

  // By another connection: SQLite tells this one that something has changed.
  await sql`alter table revocations rename to lost`.execute(another.kysely)
  nowMs += 60_000
  await expect(lookup.find(ada.accessToken)).rejects.toMatchObject({ reason: 'unavailable' })
})
