// Revoked tokens: refused here at once, soon in every other process, and still after a restart.

import { sql } from 'kysely'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createChangeFeed } from '../../db/changes/change-feed.ts'
import { type Clock, dayMs, systemClock, toSeconds } from '../../db/clock.ts'
import type { Database, Engine } from '../../db/database.ts'
import { openDatabase } from '../../db/open.ts'
import {
  createTestPlace,
  forEachEngine,
  openTestDatabase,
  runOnServer,
  type TestPlace,
} from '../../testing/databases.ts'
import { operator } from '../../testing/operator.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { openProcess, opens, signIn } from '../../testing/test-processes.ts'
import { createRevocations, type Revocations } from './revocations.ts'

const minute = 60_000
const me = { userId: 'me', sessionId: 'mine', tokenVersion: 0, issuedAt: 1_800_000_000 }

async function makePlace(engine: Engine): Promise<TestPlace> {
  const place = await createTestPlace(engine)
  onTestFinished(() => place.remove())
  return place
}

function openRevocations(database: Database, clock: Clock): Promise<Revocations> {
  const feed = createChangeFeed({ database, clock, onError: () => {} })
  onTestFinished(() => feed.close())
  return createRevocations({
    database,
    clock,
    nowMs: () => (clock === systemClock ? database.nowMs : sql.lit(clock.now())),
    accessTokenLifetimeSeconds: 900,
    feed,
    monotonicNow: clock.now,
  })
}

forEachEngine((engine) => {
  test('R58, R59: a token that one process revokes is refused there at once, and by the others soon', async () => {
    const place = await makePlace(engine)
    const [one, other] = [await openProcess(place), await openProcess(place)]
    const [out, stays] = [await signIn(one), await signIn(one)]
    expect(await opens(other, out.access_token)).toBe(true)

    await one.signOut.byRefreshToken(out.refresh_token)
    expect(await opens(one, out.access_token)).toBe('invalid_token')
    await expect.poll(() => opens(other, out.access_token)).toBe('invalid_token')
    expect(await opens(one, stays.access_token)).toBe(true)
    expect(await opens(other, stays.access_token)).toBe(true)

    const { requireUser, identify } = other.identities
    const { userId } = requireUser(await identify([`Bearer ${stays.access_token}`]))
    await other.userAdministration.disable(userId, operator)
    expect(await opens(other, stays.access_token)).toBe('invalid_token')
    await expect.poll(() => opens(one, stays.access_token)).toBe('invalid_token')
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

  test('R59: tokens of an older token version are refused, and those of the new one accepted', async () => {
    const revocations = await openRevocations(await openTestDatabase(engine), createTestClock())
    await revocations.revoke([{ kind: 'user', subject: 'me', tokenVersion: 2 }])
    const verdicts = [0, 1, 2, 3].map((tokenVersion) =>
      revocations.isRevoked({ ...me, tokenVersion }),
    )
    expect(verdicts).toEqual([true, true, false, false])
    // A lower one that comes later takes nothing back.
    await revocations.revoke([{ kind: 'user', subject: 'me', tokenVersion: 1 }])
    expect(revocations.isRevoked({ ...me, tokenVersion: 1 })).toBe(true)
    expect(revocations.isRevoked({ ...me, userId: 'other' })).toBe(false)
  })

  test('everyone’s tokens end: no earlier one is accepted, in any process, nor after a restart', async () => {
    const database = await openTestDatabase(engine)
    const clock = createTestClock()
    const machine = { registrationId: 'robot', tokenId: 'token' }
    const verdicts = ({ isRevoked }: Revocations) =>
      [-1, 0, 1, 2].flatMap((seconds) => {
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
    // A token issued in its very second may be from before it; by another clock, so may one of the next.
    const expected = [true, true, true, true, true, true, false, false]
    expect([one, other, restarted].map(verdicts)).toEqual([expected, expected, expected])
  })

  test('the second in which everyone’s tokens end is that of the database', async () => {
    const database = await openTestDatabase(engine)
    const { revoke, isRevoked } = await openRevocations(database, systemClock)
    const issuedAt = toSeconds(Date.now())
    await revoke([{ kind: 'everybody' }])
    expect(isRevoked({ ...me, issuedAt })).toBe(true)
    expect(isRevoked({ ...me, issuedAt: issuedAt + 60 })).toBe(false)
  })

  test('a sign-in within the second in which everyone’s tokens end is accepted', async () => {
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
    const impossible = database.kysely
      .insertInto('user_search_keys')
      .values({ key: 'x', user_id: 'x' })
    const subject = me.sessionId
    await expect(revocations.revoke([{ kind: 'session', subject }], [impossible])).rejects.toThrow()
    expect(revocations.isRevoked(me)).toBe(false)
    expect(await database.kysely.selectFrom('revocations').selectAll().execute()).toEqual([])
    await revocations.revoke([{ kind: 'session', subject }])
    expect(revocations.isRevoked(me)).toBe(true)
  })

  test('a revocation is kept for the life of a token and ten minutes, in memory and in its row, and no longer', async () => {
    const database = await openTestDatabase(engine)
    const clock = createTestClock()
    const feed = createChangeFeed({ database, clock, onError: () => {}, monotonicNow: clock.now })
    onTestFinished(() => feed.close())
    const revocations = await createRevocations({
      database,
      clock,
      nowMs: () => sql.lit(clock.now()),
      accessTokenLifetimeSeconds: 15 * 60,
      feed,
      monotonicNow: clock.now,
    })
    const subjects = async () => {
      const rows = await database.kysely.selectFrom('revocations').select('subject').execute()
      return rows.map(({ subject }) => subject)
    }
    const isOut = (sessionId: string) => revocations.isRevoked({ ...me, sessionId })
    await revocations.revoke([{ kind: 'session', subject: 'old' }])
    await revocations.refresh()
    clock.advance(25 * minute - 1_000)
    await revocations.revoke([{ kind: 'session', subject: 'new' }])
    await feed.purgeAll()
    expect((await subjects()).sort()).toEqual(['new', 'old'])
    expect([isOut('old'), isOut('new')]).toEqual([true, true])
    clock.advance(2_000)
    await feed.purgeAll()
    expect(await subjects()).toEqual(['new'])
    expect([isOut('old'), isOut('new')]).toEqual([false, true])
  })

  test('no clock decides what is heard: not one an hour behind, nor one a year ahead', async () => {
    const database = await openTestDatabase(engine)
    const clocks = [0, -60 * 60_000, 365 * dayMs].map((aheadMs) => {
      const clock = createTestClock()
      clock.advance(aheadMs)
      return clock
    })
    const nodes = await Promise.all(clocks.map((clock) => openRevocations(database, clock)))
    for (const [index, node] of nodes.entries()) {
      await node.revoke([{ kind: 'session', subject: `ended ${index}` }])
      for (const other of nodes) {
        await other.refresh()
        expect(other.isRevoked({ ...me, sessionId: `ended ${index}` })).toBe(true)
      }
    }
  })

  test('a clock that is a year ahead for a minute makes no process forget, and locks no one out', async () => {
    const database = await openTestDatabase(engine)
    const clock = createTestClock()
    const feed = createChangeFeed({ database, clock, onError: () => {} })
    onTestFinished(() => feed.close())
    const revocations = await createRevocations({
      database,
      clock,
      nowMs: () => sql.lit(clock.now()),
      accessTokenLifetimeSeconds: 900,
      feed,
    })
    await revocations.revoke([{ kind: 'session', subject: me.sessionId }])
    clock.advance(365 * dayMs)
    await revocations.revoke([{ kind: 'everybody' }])
    await feed.purgeAll()
    clock.advance(-365 * dayMs)
    const issuedAt = revocations.believedFrom()
    expect(issuedAt).toBeLessThanOrEqual(toSeconds(clock.now()) + 2)
    expect(revocations.isRevoked({ ...me, issuedAt })).toBe(true)
    expect(revocations.isRevoked({ ...me, sessionId: 'other', issuedAt })).toBe(false)
    // Nor one that starts afterwards.
    const started = await openRevocations(database, clock)
    expect(started.believedFrom()).toBeLessThanOrEqual(toSeconds(clock.now()) + 2)
  })

  test('each revocation is read once, however many there are, and no more than a page at a time', async () => {
    const database = await openTestDatabase(engine)
    const { revoke } = await openRevocations(database, createTestClock())
    const reader = database.createRevocationReader()
    async function read(): Promise<number[]> {
      const pages: number[] = []
      await reader.read((rows) => pages.push(rows.length))
      return pages.filter((count) => count > 0)
    }
    expect(await read()).toEqual([])
    await insertMany(database, 12_000)
    expect(await read()).toEqual([5_000, 5_000, 2_000])
    expect(await read()).toEqual([])
    await revoke([{ kind: 'session', subject: me.sessionId }])
    expect(await read()).toEqual([1])
    expect(await read()).toEqual([])
  })
})

describe('on postgres', () => {
  test('a held commit is heard, whatever was committed meanwhile', async () => {
    const place = await makePlace('postgres')
    const database = await openDatabase(place)
    onTestFinished(() => database.close())
    const { isRevoked, refresh, revoke } = await openRevocations(database, createTestClock())
    const held = new pg.Client({ connectionString: place.url ?? '' })
    await held.connect()
    onTestFinished(() => held.end())
    await held.query('begin')
    await held.query(`insert into revocations (id, kind, subject, created_at_ms)
      values ('held', 'session', '${me.sessionId}', 0)`)
    for (let count = 0; count < 20; count++) {
      await revoke([{ kind: 'session', subject: `other ${count}` }])
      await refresh()
    }
    expect(isRevoked(me)).toBe(false)
    await held.query('commit')
    await refresh()
    expect(isRevoked(me)).toBe(true)
  })

  test('after a lost connection everything is read again: the server may have counted on from further back', async () => {
    const place = await makePlace('postgres')
    const database = await openDatabase(place)
    onTestFinished(() => database.close())
    const { revoke } = await openRevocations(database, createTestClock())
    const reader = database.createRevocationReader()
    const count = async () => {
      let rows = 0
      await reader.read((page) => {
        rows += page.length
      })
      return rows
    }
    await revoke([{ kind: 'session', subject: me.sessionId }])
    expect([await count(), await count()]).toEqual([1, 0])
    await runOnServer(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = '${new URL(place.url ?? '').pathname.slice(1)}'`)
    // A read that fails says why, where it goes on failing.
    await expect.poll(() => count().catch((error: Error) => error.message)).toBe(1)
    expect(await count()).toBe(0)
  })

  test('revocations of a restored dump, with another server’s transaction numbers, are read once, too', async () => {
    const place = await makePlace('postgres')
    const database = await openDatabase(place)
    onTestFinished(() => database.close())
    await database.kysely
      .insertInto('revocations')
      .values({
        id: 'old',
        kind: 'session',
        subject: me.sessionId,
        created_at_ms: 0,
        change_number: 2 ** 40,
      })
      .execute()
    const { isRevoked } = await openRevocations(database, createTestClock())
    expect(isRevoked(me)).toBe(true)
    const reader = database.createRevocationReader()
    const counts: number[] = []
    for (let look = 0; look < 3; look++) {
      counts.push(0)
      await reader.read((rows) => counts.push((counts.pop() ?? 0) + rows.length))
    }
    expect(counts).toEqual([1, 0, 0])
  })
})

/** As they are after a mass sign-out: in one transaction. */
async function insertMany({ kysely }: Database, count: number): Promise<void> {
  await sql`insert into revocations (id, kind, subject, created_at_ms)
    with recursive counted (n) as (select 1 union all select n + 1 from counted where n < ${count})
    select 'many ' || n, 'session', 'many ' || n, 0 from counted`.execute(kysely)
}
