// How many streams there may be: the HTTP tests check the limit of one user, these the limit of all.

import { expect, test } from 'vitest'
import { toSeconds } from '../../db/clock.ts'
import { makeRandomId } from '../../db/random-id.ts'
import { openTestDatabase } from '../../testing/databases.ts'
import { openTestSessions } from '../../testing/test-sessions.ts'
import type { UserIdentity } from '../tokens/identity.ts'
import { createLiveStreams, maxStreams } from './live-streams.ts'

test('R64: beyond the limit of the process a stream is refused, and one that ends makes room', async () => {
  const { revocations, clock } = await openTestSessions(await openTestDatabase('sqlite'))
  const streams = createLiveStreams({ revocations, clock })
  const identity = (): UserIdentity => ({
    kind: 'user',
    userId: makeRandomId(),
    sessionId: makeRandomId(),
    tokenVersion: 0,
    clientId: 'keycard-web',
    scopes: ['me'],
    tokenId: makeRandomId(),
    keyId: makeRandomId(),
    issuedAt: toSeconds(clock.now()),
    expiresAt: toSeconds(clock.now()) + 900,
  })
  const first = streams.open(identity(), undefined)
  for (let count = 1; count < maxStreams; count += 1) streams.open(identity(), undefined)
  expect(() => streams.open(identity(), undefined)).toThrow(
    expect.objectContaining({ reason: 'overloaded', retryAfterSeconds: 60 }),
  )
  first.close()
  const last = streams.open(identity(), undefined)
  streams.closeAll()
  expect(last.signal.aborted).toBe(true)
  // Nothing is left that would count.
  expect(streams.open(identity(), AbortSignal.abort()).signal.aborted).toBe(true)
})
