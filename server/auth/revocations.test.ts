// What was revoked: dead here at once, soon in every other process, and still after a restart.

import { expect, onTestFinished, test } from 'vitest'
import {
  createTestPlace,
  forEachEngine,
  openTestDatabase,
  type TestPlace,
} from '../../e2e/databases.ts'
import { operator } from '../../e2e/operator.ts'
import { createTestClock } from '../../e2e/test-clock.ts'
import { openProcess, opens, signIn } from '../../e2e/test-processes.ts'
import { type Clock, systemClock, toSeconds } from '../db/clock.ts'
import type { Database, Engine } from '../db/database.ts'
import { createChangeFeed } from './change-feed.ts'
import { createRevocations, type Revocations } from './revocations.ts'

const me = { userId: 'me', sessionId: 'mine', epoch: 0, issuedAt: 1_800_000_000 }

/** Polls often enough for a test; the condition is what counts, not the time. */
const patient = { timeout: 15_000, interval: 50 }

async function makePlace(engine: Engine): Promise<TestPlace> {
  const place = await createTestPlace(engine)
  onTestFinished(() => place.remove())
  return place
}

function openRevocations(database: Database, clock: Clock): Promise<Revocations> {
  const feed = createChangeFeed({ database, clock, onError: () => {} })
  onTestFinished(() => feed.close())
  return createRevocations({ database, clock, accessTokenLifetimeSeconds: 900, feed })
}

forEachEngine((engine) => {
  test('R58, R59: what one process revokes is dead there at once, and in the others soon', async () => {
    const place = await makePlace(engine)
    const [one, other] = [await openProcess(place), await openProcess(place)]
    const [out, stays] = [await signIn(one), await signIn(one)]
    expect(await opens(other, out.access_token)).toBe(true)

    await one.signOut.byRefreshToken(out.refresh_token)
    expect(await opens(one, out.access_token)).toBe('invalid_token')
    await expect.poll(() => opens(other, out.access_token), patient).toBe('invalid_token')
    expect(await opens(one, stays.access_token)).toBe(true)
    expect(await opens(other, stays.access_token)).toBe(true)

    const { requireUser, identify } = other.identities
    const { userId } = requireUser(await identify([`Bearer ${stays.access_token}`]))
    await other.userAdministration.disable(userId, operator)
    expect(await opens(other, stays.access_token)).toBe('invalid_token')
    await expect.poll(() => opens(one, stays.access_token), patient).toBe('invalid_token')
  })

  test('R58: a restart revives nothing', async () => {
    const place = await makePlace(engine)
    const before = await openProcess(place)
    const [out, stays] = [await signIn(before), await signIn(before)]
    await before.signOut.byRefreshToken(out.refresh_token)
    await before.close()
    const after = await openProcess(place)
    expect(await opens(after, out.access_token)).toBe('invalid_token')
    expect(await opens(after, stays.access_token)).toBe(true)
  })

  test('R59: tokens of an older epoch are dead, and those of the new one live', async () => {
    const revocations = await openRevocations(await openTestDatabase(engine), createTestClock())
    await revocations.revoke([{ kind: 'user', subject: 'me', epoch: 2 }])
    const verdicts = [0, 1, 2, 3].map((epoch) => revocations.isRevoked({ ...me, epoch }))
    expect(verdicts).toEqual([true, true, false, false])
    // A lower one that comes later takes nothing back.
    await revocations.revoke([{ kind: 'user', subject: 'me', epoch: 1 }])
    expect(revocations.isRevoked({ ...me, epoch: 1 })).toBe(true)
    expect(revocations.isRevoked({ ...me, userId: 'other' })).toBe(false)
  })

  test('a new epoch for everybody: no token from before it lives, in any process, nor after a restart', async () => {
    const database = await openTestDatabase(engine)
    const clock = createTestClock()
    const machine = { registrationId: 'robot', tokenId: 'token' }
    const verdicts = ({ isRevoked }: Revocations) =>
      [-1, 0, 1].flatMap((seconds) => {
        const issuedAt = clock.now() / 1000 + seconds
        return [isRevoked({ ...me, issuedAt }), isRevoked({ ...machine, issuedAt })]
      })
    const [one, other] = [
      await openRevocations(database, clock),
      await openRevocations(database, clock),
    ]
    await one.revoke([{ kind: 'everybody' }])
    await other.refresh()
    const restarted = await openRevocations(database, clock)
    // What was issued in its very second may be from before it.
    const expected = [true, true, true, true, false, false]
    expect([one, other, restarted].map(verdicts)).toEqual([expected, expected, expected])
  })

  test('the second of a new epoch is that of the database', async () => {
    const database = await openTestDatabase(engine)
    const { revoke, isRevoked } = await openRevocations(database, systemClock)
    const issuedAt = toSeconds(Date.now())
    await revoke([{ kind: 'everybody' }])
    expect(isRevoked({ ...me, issuedAt })).toBe(true)
    expect(isRevoked({ ...me, issuedAt: issuedAt + 60 })).toBe(false)
  })

  test('who signs in within the second of a new epoch for everybody is in', async () => {
    const keycard = await openProcess(await makePlace(engine))
    const before = await signIn(keycard)
    await keycard.revocations.revoke([{ kind: 'everybody' }])
    const after = await signIn(keycard)
    expect(await opens(keycard, before.access_token)).toBe('invalid_token')
    expect(await opens(keycard, after.access_token)).toBe(true)
  })

  test('where the write fails, nothing is revoked', async () => {
    const database = await openTestDatabase(engine)
    const revocations = await openRevocations(database, createTestClock())
    const impossible = database.kysely.insertInto('items').values({
      id: 'i',
      owner_id: 'nobody',
      title: '',
      description: '',
      created_at_ms: 0,
      updated_at_ms: 0,
    })
    const subject = me.sessionId
    await expect(revocations.revoke([{ kind: 'session', subject }], [impossible])).rejects.toThrow()
    expect(revocations.isRevoked(me)).toBe(false)
    expect(await database.kysely.selectFrom('revocations').selectAll().execute()).toEqual([])
    await revocations.revoke([{ kind: 'session', subject }])
    expect(revocations.isRevoked(me)).toBe(true)
  })

  test('rows are kept as long as a token can live, and then purged', async () => {
    const database = await openTestDatabase(engine)
    const clock = createTestClock()
    const revocations = await openRevocations(database, clock)
    const subjects = async () => {
      const rows = await database.kysely.selectFrom('revocations').select('subject').execute()
      return rows.map(({ subject }) => subject)
    }
    await revocations.revoke([{ kind: 'session', subject: 'old' }])
    clock.advance(900_000)
    await revocations.revoke([{ kind: 'session', subject: 'new' }])
    expect(revocations.isRevoked({ ...me, sessionId: 'old' })).toBe(true)
    clock.advance(60_000)
    await expect.poll(subjects, patient).toEqual(['new'])
    expect(revocations.isRevoked({ ...me, sessionId: 'old' })).toBe(false)
    expect(revocations.isRevoked({ ...me, sessionId: 'new' })).toBe(true)
  })

  test('a row of a process whose clock is 9 s behind is seen', async () => {
    const database = await openTestDatabase(engine)
    const [clock, late] = [createTestClock(), createTestClock()]
    const [one, other] = [
      await openRevocations(database, clock),
      await openRevocations(database, late),
    ]
    clock.advance(9_000)
    await one.revoke([{ kind: 'session', subject: 'first' }])
    await one.refresh()
    await other.revoke([{ kind: 'session', subject: me.sessionId }])
    await one.refresh()
    expect(one.isRevoked(me)).toBe(true)
  })

  test('a process whose clock is an hour ahead hides nobody’s rows', async () => {
    const database = await openTestDatabase(engine)
    const [clock, ahead] = [createTestClock(), createTestClock()]
    ahead.advance(60 * 60_000)
    const one = await openRevocations(database, clock)
    const other = await openRevocations(database, clock)
    const early = await openRevocations(database, ahead)
    await early.revoke([{ kind: 'session', subject: 'first' }])
    await one.refresh()
    await other.revoke([{ kind: 'session', subject: me.sessionId }])
    await one.refresh()
    expect(one.isRevoked(me)).toBe(true)
  })
})
