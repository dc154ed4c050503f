// A token that was verified once is checked again at each use: time, keys, revocation, and its spelling.

import { expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../contract/app-error.ts'
import type { Follower } from '../../db/changes/followers.ts'
import { stillFeed } from '../../testing/still-feed.ts'
import { openTestApp } from '../../testing/test-app.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import type { AccessTokenClaims, AccessTokens } from './access-tokens.ts'
import { rememberVerified } from './verified-tokens.ts'

const clock = createTestClock()

async function openKeycard() {
  const keycard = await openTestApp({ clock })
  onTestFinished(() => keycard.close())
  const token = await keycard.tokenFor('johndoe')
  const status = async (shown = token) => {
    const headers = { authorization: `Bearer ${shown}` }
    const answer = await keycard.app.inject({ url: '/trpc/identity', headers })
    return answer.statusCode
  }
  expect(await status()).toBe(200)
  return { ...keycard, token, status }
}

test('R36: a token that was accepted a second ago is refused the second it expires', async () => {
  const { status, services } = await openKeycard()
  clock.advance(services.config.accessTokenLifetimeSeconds * 1_000 - 1)
  expect(await status()).toBe(200)
  clock.advance(1)
  expect(await status()).toBe(401)
})

test('R58: an accepted token is refused once its session has ended', async () => {
  const { status, services, token } = await openKeycard()
  const identity = await services.identities.authenticateToken(token)
  if (identity.kind !== 'user') throw new Error('the token of a user was expected')
  await services.signOut.bySessionId(identity.sessionId)
  expect(await status()).toBe(401)
})

test('R112: an accepted token is refused once its key is dropped', async () => {
  const { status, services } = await openKeycard()
  const { kid } = services.signingKeys.active
  await services.keyRotation.drop(kid)
  expect(await status()).toBe(401)
})

test('R37: another spelling of an accepted token is another token', async () => {
  const { status, token } = await openKeycard()
  for (const spelling of [`${token}=`, `${token}.`, token.slice(0, -1), token.toUpperCase()]) {
    expect(await status(spelling)).toBe(401)
  }
})

test('no call can change what a token says for the others', async () => {
  const { services, token } = await openKeycard()
  const identity = await services.identities.authenticateToken(token)
  expect(() => Object.assign(identity, { userId: 'another' })).toThrow(TypeError)
  expect(() => (identity.scopes as string[]).push('users:write')).toThrow(TypeError)
})

/** Verifies anything, and says how often it was asked. */
function countVerifications() {
  let count = 0
  const verify = async (token: string): Promise<AccessTokenClaims> => {
    count += 1
    if (token === 'forged') throw new AppError('invalid_token', 'no')
    const now = Math.floor(clock.now() / 1_000)
    return {
      ...{ kind: 'user', userId: 'u', sessionId: 's', tokenVersion: 0, clientId: 'c', scopes: [] },
      ...{ tokenId: token, keyId: 'k', issuedAt: now, expiresAt: now + 900 },
    }
  }
  const accessTokens: AccessTokens = { verify, issue: () => Promise.reject(new Error('not here')) }
  const known = { accessTokens, signingKeys: { knows: () => true }, clock, feed: stillFeed }
  return { known, count: () => count }
}

test('a signature is checked once, and no refusal is remembered', async () => {
  const { known, count } = countVerifications()
  const tokens = rememberVerified(known)
  for (let call = 0; call < 5; call++) await tokens.verify('good')
  expect(count()).toBe(1)
  for (let call = 0; call < 5; call++) await expect(tokens.verify('forged')).rejects.toThrow()
  expect(count()).toBe(6)
})

test('the cache is bounded: the token used longest ago makes room', async () => {
  const { known, count } = countVerifications()
  const tokens = rememberVerified({ ...known, capacity: 2 })
  for (const token of ['a', 'b', 'a', 'c', 'a']) await tokens.verify(token)
  expect(count()).toBe(3)
  await tokens.verify('b')
  expect(count()).toBe(4)
})

test('an expired token is forgotten at the next purge', async () => {
  const { known, count } = countVerifications()
  const followers: Follower[] = []
  const feed = { follow: (follower: Follower) => void followers.push(follower) }
  const tokens = rememberVerified({ ...known, feed })
  const purge = () => Promise.all(followers.map((follower) => follower.purge?.()))

  await tokens.verify('short')
  clock.advance(899_999)
  await tokens.verify('fresh')
  await purge()
  clock.advance(1)
  await purge()
  // If it were still known, a clock that is set back would make it valid again.
  clock.advance(-1)
  await tokens.verify('fresh')
  expect(count()).toBe(2)
  await tokens.verify('short')
  expect(count()).toBe(3)
})

test('a token from the future is refused when the clock has been set back', async () => {
  const { status } = await openKeycard()
  clock.advance(-120_000)
  onTestFinished(() => clock.advance(120_000))
  expect(await status()).toBe(401)
})
