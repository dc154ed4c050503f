// A hundred live sessions a user, however often a client signs in, on however many nodes.

import { describe, expect, test } from 'vitest'
import type { Database } from '../../db/database.ts'
import { openDatabase } from '../../db/open.ts'
import { copySession } from '../../testing/copied-sessions.ts'
import {
  createTestPlace,
  forEachEngine,
  insertUser,
  shareTestDatabase,
} from '../../testing/databases.ts'
import { openTestSessions } from '../../testing/test-sessions.ts'
import { createActivity } from '../account/activity.ts'
import { maxLiveSessions } from './session-limit.ts'

/** For a machine that is busy with other tests. */

forEachEngine((engine) => {
  const database = shareTestDatabase(engine)

  test('R61: a script that signs in without end ends its own sessions, and the last used ones stay', async () => {
    const { start, rotate, sessions, clock, userId } = await openTestSessions(database())
    const browser = await start('cookie', 'keycard-web', { rememberMe: true })
    await copySession(database(), browser.session.id, 59)
    const otherClient = await start('bearer', 'keycard-cli')
    const scripts = []
    for (let count = 0; count < 45; count += 1) {
      clock.advance(5 * 60_000)
      const script = await start('bearer')
      scripts.push(script)
      // The first is the one in use.
      if (count === 30) scripts[0] = await rotate(scripts[0]?.refreshToken ?? '')
    }
    const live = await sessions.listLive(userId)
    expect(live).toHaveLength(maxLiveSessions)
    expect(live.filter(({ transport }) => transport === 'cookie')).toHaveLength(60)
    expect(live.map(({ id }) => id)).toContain(otherClient.session.id)
    const isLive = scripts.map(({ session }) => live.some(({ id }) => id === session.id))
    expect(isLive.map(Number).join('')).toBe(`1${'0'.repeat(6)}${'1'.repeat(38)}`)
  })

  test('an ended session is out at once, with its access tokens, and a notice says so', async () => {
    const { start, rotate, userId, isRevoked, row, clock } = await openTestSessions(database())
    const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0'
    const device = { address: '192.0.2.9', userAgent: firefox }
    const first = await start('cookie', 'keycard-web', { device })
    await copySession(database(), (await start('bearer')).session.id, maxLiveSessions - 2)
    clock.advance(1)
    expect(isRevoked(first.session.id)).toBe(false)
    const { session } = await start('cookie')
    expect(isRevoked(first.session.id)).toBe(true)
    expect(await row(first.session.id)).toMatchObject({ revoked_reason: 'session_limit' })
    await expect(rotate(first.refreshToken, 'cookie')).rejects.toMatchObject({
      detail: 'session ended',
    })
    const reader = { userId, sessionId: session.id } as Parameters<
      ReturnType<typeof createActivity>['list']
    >[0]
    const { entries } = await createActivity(database()).list(reader, { limit: 10 })
    expect(entries).toMatchObject([
      {
        event: 'session_ended',
        why: 'session_limit',
        session_id: first.session.id,
        device: 'Firefox on Linux',
        address: '192.0.2.9',
      },
    ])
  })

  test('where there is none of the same kind, the one used longest ago goes; the new one stays', async () => {
    const { start, sessions, userId, clock, row } = await openTestSessions(database())
    const oldest = await start('cookie')
    clock.advance(1)
    await copySession(database(), (await start('cookie')).session.id, maxLiveSessions - 2)
    clock.advance(1)
    const { session } = await start('bearer')
    expect(await sessions.countLive(userId)).toBe(maxLiveSessions)
    expect((await row(oldest.session.id)).revoked_at_ms).not.toBeNull()
    expect((await row(session.id)).revoked_at_ms).toBeNull()
  })

  test('sign-ins at once on two nodes do not exceed it', async () => {
    const place = await createTestPlace(engine)
    const databases = [await openDatabase(place), await openDatabase(place)]
    try {
      const nodes = await Promise.all(databases.map((each) => openTestSessions(each)))
      const [node] = nodes
      const userId = node?.userId ?? ''
      const first = await node?.start('bearer', 'keycard-web', { userId })
      await copySession(databases[0] as Database, first?.session.id ?? '', 94)
      // Each from a place of its own: those of one place wait for one another in any case.
      const startFrom = (start: (typeof nodes)[number]['start'], network: number) =>
        start('bearer', 'keycard-web', {
          userId,
          device: { address: `198.${network}.100.1`, userAgent: 'curl/8' },
        })
      await Promise.all(
        nodes.flatMap(({ start }, index) =>
          Array.from({ length: 4 }, (_, count) => startFrom(start, 10 * index + count)),
        ),
      )
      expect(await node?.sessions.countLive(userId)).toBe(maxLiveSessions)
    } finally {
      for (const each of databases) await each.close()
      await place.remove()
    }
  })

  describe('a user of an older version, with thousands', () => {
    test('can sign in, and the rest ends soon after, with one entry for all', async () => {
      const { start, sessions, clock } = await openTestSessions(database())
      const userId = await insertUser(database())
      const theirs = { userId }
      const first = await start('bearer', 'keycard-web', theirs)
      await copySession(database(), first.session.id, 2_500)
      clock.advance(1)
      const { session } = await start('cookie', 'keycard-web', theirs)
      await expect.poll(() => sessions.countLive(userId)).toBe(maxLiveSessions)
      expect(await sessions.findLive(session.id)).toBeDefined()
      const readEntry = () =>
        database()
          .kysely.selectFrom('audit_events')
          .select(['why', 'what'])
          .where('user_id', '=', userId)
          .where('event', '=', 'sessions_ended')
          .execute()
      await expect.poll(readEntry).toEqual([{ why: 'session_limit', what: '2382' }])
    })
  })
})
