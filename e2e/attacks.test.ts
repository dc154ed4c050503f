// The short form of two tortures: hostile bytes on a socket, and a thief with a copy of the database.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMasterKeys, loadMasterKeyFile } from '../server/auth/secrets/master-key.ts'
import { openTestApp, type TestApp } from '../server/testing/test-app.ts'
import { postForm } from './torture/ask.ts'
import { attack, attackCareless, createTally } from './torture/hostile-attack.ts'
import { makeRequests } from './torture/hostile-requests.ts'
import { makeTokens, makeTokensWithKey, steal, tryTokens } from './torture/loot.ts'

/** Any value will do; this one makes the same requests at every run. */
const seed = 20_260
const count = 600

let keycard: TestApp
let url: string

beforeAll(async () => {
  keycard = await openTestApp({ env: { REGISTRATION: 'off' } })
  url = await keycard.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => keycard.close())

test('R86: hostile bytes get no 5xx, no token and no access, and are all answered', async () => {
  const tally = createTally()
  const accessToken = await keycard.tokenFor('admin')
  await attack(url, makeRequests(seed, 0, count), { tally, accessToken, chunk: 0 })
  expect(tally.examples).toEqual([])
  expect(tally).toMatchObject({ faults: 0, tokens: 0, opened: 0, hung: 0 })
  // Not all of them were refused at the first check.
  expect(tally.statuses.get('2xx')).toBeGreaterThan(5)
  expect(tally.statuses.get('4xx')).toBeGreaterThan(count / 2)

  // Control: a server that trusts its input fails at the same requests.
  const careless = await attackCareless(seed, count)
  expect(careless.faults).toBeGreaterThan(0)
  expect(careless.tokens).toBeGreaterThan(0)
})

test('R66: nothing that is in the database, or can be derived from it, grants access', async () => {
  await postForm(`${url}/token`, { username: 'johndoe', password: 'secret' })
  await fetch(`${url}/trpc/auth.login`, {
    method: 'POST',
    headers: { origin: keycard.services.config.publicUrl, 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'johndoe', password: 'secret' }),
  })
  const { dataDir, publicUrl } = keycard.services.config
  const loot = await steal(dataDir)
  const place = { url, issuer: publicUrl }
  expect(await tryTokens(place, loot, makeTokens(loot, publicUrl))).toEqual([])

  // Control: with the key, which is not in it, each kind of token grants access.
  const keys = createMasterKeys(loadMasterKeyFile(dataDir))
  const forged = makeTokensWithKey(loot, publicUrl, keys)
  expect(await tryTokens(place, loot, forged)).toHaveLength(forged.length)
})
