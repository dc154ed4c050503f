// What becomes of a token that cannot be judged: nobody is told that it is none.

import { expect, onTestFinished, test } from 'vitest'
import { makeHolder, shareTestApp } from '../../e2e/account-holder.ts'
import { openTestDatabase } from '../../e2e/databases.ts'
import { testRefreshTokens } from '../../e2e/test-sessions.ts'
import { createChangeFeed } from './change-feed.ts'
import { createIdentities } from './identity.ts'
import { createTokenLookup } from './token-lookup.ts'

const { app, clock } = shareTestApp('sqlite')

test('R51: while nobody knows who has signed out, an access token is neither live nor unknown', async () => {
  const { services } = app()
  const database = await openTestDatabase('sqlite')
  let nowMs = 0
  const changeFeed = createChangeFeed({
    database,
    clock,
    onError: () => {},
    monotonicNow: () => nowMs,
  })
  onTestFinished(() => changeFeed.close())
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

  await database.close()
  nowMs += 60_000
  await expect(lookup.find(ada.accessToken)).rejects.toMatchObject({ reason: 'unavailable' })
})
