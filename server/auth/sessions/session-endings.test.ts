// Ending all live sessions of a user, in one step with the writes that belong to it.

import { expect, test } from 'vitest'
import { toSeconds } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { makeRandomId } from '../../db/random-id.ts'
import {
  forEachEngine,
  insertUser,
  openTestDatabase,
  shareTestDatabase,
} from '../../testing/databases.ts'
import { openTestSessions } from '../../testing/test-sessions.ts'
import type { SessionRow } from './session-rows.ts'

const minute = 60_000

async function copySession({ kysely }: Database, model: SessionRow, times: number): Promise<void> {
  for (let copied = 0; copied < times; copied += 500) {
    const copies = Array.from({ length: 500 }, () => ({ ...model, id: makeRandomId() }))
    await kysely.insertInto('sessions').values(copies).execute()
  }
}

forEachEngine((engine) => {
  const database = shareTestDatabase(engine)

  test('R60: all end except the one that stays, with every token made for them', async () => {
    const { start, rotate, sessions, row, userId, isRevoked } = await openTestSessions(database())
    const [own, ...others] = [await start(), await start('cookie'), await start()]
    const stranger = await start('bearer', 'keycard-web', { userId: await insertUser(database()) })
    const ended = sessions.endAllOf(userId, 'ended_by_user', { except: own?.session.id ?? '' })
    expect(await ended).toBe(2)
    for (const { session, refreshToken } of others) {
      expect(await row(session.id)).toMatchObject({ revoked_reason: 'ended_by_user' })
      expect(isRevoked(session.id)).toBe(true)
      await expect(rotate(refreshToken, session.transport)).rejects.toMatchObject({
        detail: 'session ended',
      })
    }
    expect(isRevoked(own?.session.id ?? '')).toBe(false)
    await expect(rotate(own?.refreshToken ?? '')).resolves.toBeDefined()
    await expect(rotate(stranger.refreshToken)).resolves.toBeDefined()
  })

  test('the number counts those that lived, and the rest keep why they ended', async () => {
    const { start, sessions, row, userId, clock } = await openTestSessions(database())
    const out = await start()
    await sessions.end(out.session.id, 'signed_out')
    const expired = await start('cookie')
    clock.advance(30 * minute)
    await start()
    expect(await sessions.endAllOf(userId, 'ended_by_admin')).toBe(1)
    expect((await row(out.session.id)).revoked_reason).toBe('signed_out')
    // Its last access token may live longer than it did.
    expect((await row(expired.session.id)).revoked_reason).toBe('ended_by_admin')
    expect(await sessions.endAllOf(userId, 'ended_by_admin')).toBe(0)
  })

  test('the writes that belong to it happen with it, or neither does', async () => {
    const { start, sessions, row, userId, isRevoked } = await openTestSessions(database())
    const { id } = (await start()).session
    const { kysely } = database()
    const rename = kysely.updateTable('users').set({ full_name: 'Ada' }).where('id', '=', userId)
    const impossible = kysely.insertInto('user_search_keys').values({ key: 'x', user_id: 'x' })
    await expect(
      sessions.endAllOf(userId, 'ended_by_user', { writes: [rename, impossible] }),
    ).rejects.toThrow()
    expect(await row(id)).toMatchObject({ revoked_at_ms: null })
    expect(isRevoked(id)).toBe(false)
    await sessions.endAllOf(userId, 'ended_by_user', { writes: [rename] })
    expect(isRevoked(id)).toBe(true)
    const user = kysely.selectFrom('users').select('full_name').where('id', '=', userId)
    expect(await user.executeTakeFirst()).toEqual({ full_name: 'Ada' })
  })

  test('R60: however many they are, in batches: all end except the one that stays', async () => {
    const { start, rotate, sessions, row, revocations, clock, ...rest } = await openTestSessions(
      database(),
    )
    const { userId } = rest
    const own = await start()
    const other = await start()
    await copySession(database(), await row(own.session.id), 2_500)
    const batches: number[] = []
    const ended = await sessions.endAllOf(userId, 'ended_by_user', {
      except: own.session.id,
      onProgress: (rows) => batches.push(rows),
    })
    expect([ended, await sessions.countLive(userId)]).toEqual([2_501, 1])
    expect(batches.length).toBeGreaterThan(0)
    const issuedAt = toSeconds(clock.now()) + 1
    const token = { sessionId: other.session.id, userId, tokenVersion: 0, issuedAt }
    expect(revocations.isRevoked(token)).toBe(true)
    await expect(rotate(other.refreshToken)).rejects.toMatchObject({ detail: 'session ended' })
    await expect(rotate(own.refreshToken)).resolves.toBeDefined()
  })

  test('of several at once each session is counted once', async () => {
    const { start, sessions, userId } = await openTestSessions(database())
    for (let count = 0; count < 5; count += 1) await start()
    const counts = await Promise.all(
      Array.from({ length: 10 }, () => sessions.endAllOf(userId, 'ended_by_user')),
    )
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5)
  })

  test('every change is announced to the watchers', async () => {
    const { clock, start, rotate, sessions, userId, seen } = await openTestSessions(database())
    const { session, refreshToken } = await start()
    expect(seen.changes).toBe(1)
    await rotate(refreshToken)
    expect(seen.changes).toBe(2)
    // Showing the previous token again changes nothing.
    await rotate(refreshToken)
    expect(seen.changes).toBe(2)
    clock.advance(1)
    const { id } = (await start('cookie')).session
    expect(seen.changes).toBe(3)
    await sessions.confirmDevice({ userId, id, byId: session.id })
    expect(seen.changes).toBe(4)
    await sessions.end(session.id, 'signed_out')
    expect(seen.changes).toBe(5)
    await sessions.endAllOf(userId, 'signed_out')
    expect(seen.changes).toBe(6)
  })

  test('all users are signed out: thousands of sessions, and no token lives', async () => {
    const place = await openTestDatabase(engine)
    const { start, rotate, sessions, row, userId, clock, revocations } =
      await openTestSessions(place)
    const [own, ended] = [await start(), await start()]
    const strangerId = await insertUser(place)
    const stranger = await start('cookie', 'keycard-web', { userId: strangerId })
    await sessions.end(ended.session.id, 'signed_out')
    await copySession(place, await row(own.session.id), 5_000)
    expect(await sessions.endEverybodys('ended_by_admin')).toBe(5_002)
    const issuedAt = toSeconds(clock.now())
    for (const { session, refreshToken } of [own, stranger]) {
      const token = { sessionId: session.id, userId: session.userId, tokenVersion: 0, issuedAt }
      expect(revocations.isRevoked(token)).toBe(true)
      await expect(rotate(refreshToken, session.transport)).rejects.toMatchObject({
        detail: 'session ended',
      })
    }
    expect((await row(ended.session.id)).revoked_reason).toBe('signed_out')
    expect(await sessions.countLive(userId)).toBe(0)

    clock.advance(1_000)
    const next = await start()
    await expect(rotate(next.refreshToken)).resolves.toBeDefined()
    expect(await sessions.endEverybodys('ended_by_admin')).toBe(1)
  })
})
