// Sessions and their refresh tokens: rotated once, forgiven shortly, ended by a replay.

import { sql } from 'kysely'
import pg from 'pg'
import { describe, expect, inject, test } from 'vitest'
import { AppError } from '../../contract/app-error.ts'
import type { Database } from '../../db/database.ts'
import { makeRandomId } from '../../db/random-id.ts'
import { forEachEngine, runOnServer, shareTestDatabase } from '../../testing/databases.ts'
import {
  openTestSessions,
  testRefreshTokens as refreshTokens,
  testScopes as scopes,
  testDevice,
} from '../../testing/test-sessions.ts'
import { sessionLifetimes } from './sessions.ts'

const minute = 60_000

/** invalid_grant, with the cause that only the log gets. */
function refusal(detail: string) {
  return expect.objectContaining({
    constructor: AppError,
    reason: 'invalid_grant',
    message: 'The refresh token is not valid any more',
    detail,
  })
}

const reused = 'refresh_token_reused'

/** Reads go on. @returns a function that lets writes continue */
async function refuseWrites({ engine, kysely }: Database): Promise<() => Promise<void>> {
  if (engine === 'sqlite') {
    const set = (value: 'on' | 'off') => sql`pragma query_only = ${sql.raw(value)}`.execute(kysely)
    await set('on')
    return async () => void (await set('off'))
  }
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(kysely)
  const name = rows[0]?.name ?? ''
  const setLockTimeout = async (setting: string) => {
    await runOnServer(`alter database ${name} ${setting}`)
    // It applies to new connections, so there are only new ones.
    await runOnServer(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
    )
    const isBack = () => sql`select 1`.execute(kysely).then(...bothAnswers)
    await expect.poll(isBack).toBe(true)
  }
  await setLockTimeout("set lock_timeout = '20ms'")
  // A database that accepts no writes at all is left for another; one whose rows are locked is not.
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${name}`
  const other = new pg.Client({ connectionString: url.href })
  await other.connect()
  await other.query('begin')
  await other.query('lock table sessions in exclusive mode')
  return async () => {
    await other.end()
    await setLockTimeout('reset lock_timeout')
  }
}

const bothAnswers = [() => true, () => false] as const

forEachEngine((engine) => {
  const database = shareTestDatabase(engine)

  test('R62: each sign-in starts a session of its own', async () => {
    const { start } = await openTestSessions(database())
    const [one, other] = [await start(), await start()]
    expect(one.session.id).not.toBe(other.session.id)
    expect(refreshTokens.read(one.refreshToken)).toEqual({
      userId: one.session.userId,
      sessionId: one.session.id,
      counter: 0,
    })
  })

  test('R16: every refresh gives another refresh token, for the same session', async () => {
    const { start, rotate } = await openTestSessions(database())
    const first = await start()
    const second = await rotate(first.refreshToken)
    const third = await rotate(second.refreshToken)
    const tokens = [first, second, third].map(({ refreshToken }) => refreshToken)
    expect(new Set(tokens).size).toBe(3)
    expect(third.session).toMatchObject({ id: first.session.id, scopes })
  })

  test('R54: 50 parallel refreshes are one rotation, and all get the same token', async () => {
    const { start, rotate, row, alarms } = await openTestSessions(database())
    const { session, refreshToken } = await start()
    const answers = await Promise.all(Array.from({ length: 50 }, () => rotate(refreshToken)))
    expect(new Set(answers.map((answer) => answer.refreshToken)).size).toBe(1)
    expect(answers[0]?.refreshToken).not.toBe(refreshToken)
    expect(await row(session.id)).toMatchObject({ counter: 1, revoked_at_ms: null })
    expect(alarms).toEqual([])
  })

  test('R55: the 30 s begin when the database rotates, however late the statement reached it', async () => {
    const { start, rotate, clock, delay, alarms } = await openTestSessions(database())
    const { refreshToken } = await start()
    // The database hung: the client was told "later", and a minute later the statement ran after all.
    delay.ms = minute
    const unheard = await rotate(refreshToken)
    delay.ms = 0
    clock.advance(minute + 1_000)
    expect((await rotate(refreshToken)).refreshToken).toBe(unheard.refreshToken)
    expect(alarms).toEqual([])
  })

  test('R55: time in which the database was out, and no client could ask again, does not count', async () => {
    const { start, rotate, row, clock, outage, alarms } = await openTestSessions(database())
    const { session, refreshToken } = await start()
    const unheard = await rotate(refreshToken)
    clock.advance(2 * minute)
    outage.ms = 2 * minute - 30_000
    expect((await rotate(refreshToken)).refreshToken).toBe(unheard.refreshToken)
    expect(alarms).toEqual([])
    clock.advance(1)
    expect((await rotate(refreshToken)).refreshToken).not.toBe(unheard.refreshToken)
    expect(await row(session.id)).toMatchObject({ counter: 2, recovered_counter: 0 })
  })

  test('R55: nor does time in which the database answered, and accepted no writes', async () => {
    const { start, rotate, row, clock, alarms } = await openTestSessions(database())
    const { session, refreshToken } = await start()
    const unheard = await rotate(refreshToken)
    const takeWrites = await refuseWrites(database())
    for (const waitMs of [1_000, 20_000, 11_000]) {
      clock.advance(waitMs)
      await expect(rotate(refreshToken)).rejects.toMatchObject({ reason: 'unavailable' })
    }
    await takeWrites()
    clock.advance(20_000)
    expect((await rotate(refreshToken)).refreshToken).toBe(unheard.refreshToken)
    expect(await row(session.id)).toMatchObject({ counter: 1, recovered_counter: null })
    expect(alarms).toEqual([])
  })

  test('R55: for 30 s the previous token gives the current one again, however often', async () => {
    const { start, rotate, row, clock, alarms } = await openTestSessions(database())
    const { session, refreshToken } = await start()
    clock.advance(minute)
    const rotated = await rotate(refreshToken)
    const before = await row(session.id)
    for (const waitMs of [0, 10_000, 19_999, 1]) {
      clock.advance(waitMs)
      expect((await rotate(refreshToken)).refreshToken).toBe(rotated.refreshToken)
    }
    // A grace that extended itself, or the session, would have no end.
    expect(await row(session.id)).toEqual({ ...before, forgiven_count: 4 })
    expect(alarms).toEqual([])
  })

  test('R55: a millisecond after the 30 s it gets another successor, once', async () => {
    const { start, rotate, row, clock, alarms } = await openTestSessions(database())
    const { session, refreshToken } = await start()
    const unheard = await rotate(refreshToken)
    clock.advance(30_001)
    const recovered = await rotate(refreshToken)
    expect(refreshTokens.read(recovered.refreshToken)?.counter).toBe(2)
    expect(recovered.refreshToken).not.toBe(unheard.refreshToken)
    expect(recovered.session.expiresAtMs).toBe(clock.now() + sessionLifetimes.bearer.idleMs)
    expect(await row(session.id)).toMatchObject({ counter: 2, recovered_counter: 0 })
    // The 30 s run again.
    clock.advance(30_000)
    expect((await rotate(refreshToken)).refreshToken).toBe(recovered.refreshToken)
    expect(alarms).toEqual([])
    clock.advance(1)
    await expect(rotate(refreshToken)).rejects.toEqual(refusal('used before'))
  })

  test('R54: of 50 parallel recoveries one moves the counter, and all get the same token', async () => {
    const { start, rotate, row, clock, alarms } = await openTestSessions(database())
    const { session, refreshToken } = await start()
    await rotate(refreshToken)
    clock.advance(8 * 60 * minute)
    const answers = await Promise.all(Array.from({ length: 50 }, () => rotate(refreshToken)))
    expect(new Set(answers.map((answer) => answer.refreshToken)).size).toBe(1)
    const seen = await row(session.id)
    expect(seen).toMatchObject({ counter: 2, forgiven_count: 49, revoked_at_ms: null })
    expect(alarms).toEqual([])
  })

  test('R56: a successor that was replaced ends the session, and that is committed', async () => {
    const { start, rotate, row, clock, alarms, isRevoked } = await openTestSessions(database())
    const { session, refreshToken } = await start()
    const unheard = await rotate(refreshToken)
    clock.advance(30_001)
    const rotated = await rotate(refreshToken)
    expect(isRevoked(session.id)).toBe(false)
    await expect(rotate(unheard.refreshToken)).rejects.toEqual(refusal('replaced token'))
    expect(await row(session.id)).toMatchObject({
      revoked_at_ms: clock.now(),
      revoked_reason: reused,
    })
    expect(isRevoked(session.id)).toBe(true)
    await expect(rotate(rotated.refreshToken)).rejects.toEqual(refusal('session ended'))
    expect(alarms).toEqual([`${reused} ${session.id}`])
  })

  test('R56: so it does once its replacement has been used', async () => {
    const { start, rotate, row, clock } = await openTestSessions(database())
    const { session, refreshToken } = await start()
    const unheard = await rotate(refreshToken)
    clock.advance(minute)
    await rotate((await rotate(refreshToken)).refreshToken)
    await expect(rotate(unheard.refreshToken)).rejects.toEqual(refusal('used before'))
    expect(await row(session.id)).toMatchObject({ revoked_reason: reused })
  })

  test('R55: each refresh may be recovered, of a session that loses one reply after the other', async () => {
    const { start, rotate, row, clock, alarms } = await openTestSessions(database())
    let { session, refreshToken } = await start()
    for (let count = 0; count < 5; count++) {
      await rotate(refreshToken)
      clock.advance(10 * minute)
      ;({ session, refreshToken } = await rotate(refreshToken))
      clock.advance(10 * minute)
    }
    expect(await row(session.id)).toMatchObject({ counter: 10, revoked_at_ms: null })
    expect(alarms).toEqual([])
  })

  test('R55: no grace of 30 s follows from a date of a clock that was ahead', async () => {
    const { start, rotate, row, clock, delay } = await openTestSessions(database())
    const { session, refreshToken } = await start()
    delay.ms = 365 * 24 * 60 * minute
    await rotate(refreshToken)
    delay.ms = 0
    await rotate(refreshToken)
    expect(await row(session.id)).toMatchObject({ counter: 2, rotated_at_ms: clock.now() })
  })

  test('R73: a browser’s token is traded once in 30 s: shown again sooner, it is answered with itself', async () => {
    const { start, rotate, row, clock, alarms } = await openTestSessions(database())
    const { session, refreshToken } = await start('cookie')
    const first = await rotate(refreshToken, 'cookie')
    const before = await row(session.id)
    for (const waitMs of [0, 29_999]) {
      clock.advance(waitMs)
      const again = await rotate(first.refreshToken, 'cookie')
      expect(again.refreshToken).toBe(first.refreshToken)
    }
    expect(await row(session.id)).toEqual(before)
    clock.advance(1)
    const second = await rotate(first.refreshToken, 'cookie')
    expect(refreshTokens.read(second.refreshToken)?.counter).toBe(2)
    expect(alarms).toEqual([])
  })

  test.each([
    ['from another place', 'cookie', { address: '198.51.100.7' }],
    ['by another browser', 'cookie', { deviceId: makeRandomId() }],
    ['by a program', 'bearer', {}],
  ] as const)('R73: shown again %s, it is traded at once', async (_what, transport, shown) => {
    const { start, rotate } = await openTestSessions(database())
    const first = await rotate((await start(transport)).refreshToken, transport)
    const second = await rotate(first.refreshToken, transport, 'keycard-web', shown)
    expect(refreshTokens.read(second.refreshToken)?.counter).toBe(2)
  })

  test('R56: a token two behind ends the session at once', async () => {
    const { start, rotate, row, alarms } = await openTestSessions(database())
    const { session, refreshToken } = await start()
    const second = await rotate(refreshToken)
    const third = await rotate(second.refreshToken)
    await expect(rotate(refreshToken)).rejects.toEqual(refusal('used before'))
    await expect(rotate(third.refreshToken)).rejects.toEqual(refusal('session ended'))
    expect(await row(session.id)).toMatchObject({ counter: 2, revoked_reason: reused })
    expect(alarms).toEqual([`${reused} ${session.id}`])
  })

  test('R56: of 20 parallel replays all are refused, and the session ends', async () => {
    const { start, rotate, row } = await openTestSessions(database())
    const { session, refreshToken } = await start()
    await rotate((await rotate(refreshToken)).refreshToken)
    const replays = await Promise.allSettled(Array.from({ length: 20 }, () => rotate(refreshToken)))
    expect(replays.map(({ status }) => status)).toEqual(Array(20).fill('rejected'))
    expect(await row(session.id)).toMatchObject({ revoked_reason: reused })
  })

  test('a token ahead of the database is refused with an alarm, and the session stays', async () => {
    const { start, rotate, row, alarms } = await openTestSessions(database())
    const { session, refreshToken } = await start()
    const { id: sessionId, userId } = session
    const ahead = refreshTokens.make({ userId, sessionId, counter: 1 })
    await expect(rotate(ahead)).rejects.toEqual(refusal('ahead of the database'))
    expect(alarms).toEqual([`refresh_token_ahead ${session.id}`])
    expect(await row(session.id)).toMatchObject({ counter: 0, revoked_at_ms: null })
    await expect(rotate(refreshToken)).resolves.toBeDefined()
  })

  test('garbage, and a token of no session, is refused without an alarm', async () => {
    const { start, rotate, alarms } = await openTestSessions(database())
    const unknown = refreshTokens.make({
      userId: makeRandomId(),
      sessionId: makeRandomId(),
      counter: 0,
    })
    await expect(rotate('garbage')).rejects.toEqual(refusal('not a token of ours'))
    await expect(rotate(unknown)).rejects.toEqual(refusal('session unknown'))
    await expect(rotate((await start()).refreshToken)).resolves.toBeDefined()
    expect(alarms).toEqual([])
  })

  describe.each([
    { kind: 'a browser without rememberMe', transport: 'cookie', rememberMe: false },
    { kind: 'a browser with rememberMe', transport: 'cookie', rememberMe: true },
    { kind: 'the token endpoint', transport: 'bearer', rememberMe: false },
  ] as const)('R57: $kind', ({ transport, rememberMe }) => {
    const { idleMs, absoluteMs } = sessionLifetimes[rememberMe ? 'persistent' : transport]
    const web = 'keycard-web'

    test('an unused session expires', async () => {
      const { start, rotate, sessions, userId, clock } = await openTestSessions(database())
      const used = await start(transport, web, { rememberMe })
      const unused = await start(transport, web, { rememberMe })
      clock.advance(idleMs - 1)
      const { refreshToken } = await rotate(used.refreshToken, transport)
      clock.advance(1)
      await expect(rotate(unused.refreshToken, transport)).rejects.toEqual(
        refusal('session expired'),
      )
      expect(await sessions.findLive(unused.session.id)).toBeUndefined()
      expect(await sessions.listLive(userId)).toMatchObject([{ id: used.session.id }])
      clock.advance(idleMs - 2)
      await expect(rotate(refreshToken, transport)).resolves.toBeDefined()
    })

    test('no refresh extends the absolute end', async () => {
      const { start, rotate, sessions, userId, clock, row } = await openTestSessions(database())
      let { session, refreshToken } = await start(transport, web, { rememberMe })
      const endMs = clock.now() + absoluteMs
      while (clock.now() + idleMs / 2 < endMs) {
        clock.advance(idleMs / 2)
        ;({ session, refreshToken } = await rotate(refreshToken, transport))
      }
      clock.advance(endMs - 1 - clock.now())
      ;({ session, refreshToken } = await rotate(refreshToken, transport))
      expect((await row(session.id)).expires_at_ms).toBe(endMs)
      expect(session.expiresAtMs).toBe(endMs)
      clock.advance(1)
      await expect(rotate(refreshToken, transport)).rejects.toEqual(refusal('session expired'))
      expect(await sessions.countLive(userId)).toBe(0)
    })

    test('the previous token is not forgiven once the session has expired', async () => {
      const { start, rotate, clock } = await openTestSessions(database())
      const { refreshToken } = await start(transport, web, { rememberMe })
      clock.advance(idleMs)
      await expect(rotate(refreshToken, transport)).rejects.toEqual(refusal('session expired'))
    })
  })

  test('R57: the lifetimes are those of the documentation', () => {
    const hour = 60 * minute
    expect(sessionLifetimes).toEqual({
      cookie: { idleMs: 30 * minute, absoluteMs: 12 * hour },
      persistent: { idleMs: 14 * 24 * hour, absoluteMs: 30 * 24 * hour },
      bearer: { idleMs: 14 * 24 * hour, absoluteMs: 30 * 24 * hour },
    })
  })

  test('R57: a persistent session stays so through every refresh; /token has no such choice', async () => {
    const { start, rotate } = await openTestSessions(database())
    const kept = await start('cookie', 'keycard-web', { rememberMe: true })
    expect(kept.session.persistent).toBe(true)
    expect((await rotate(kept.refreshToken, 'cookie')).session.persistent).toBe(true)
    expect((await start('cookie')).session.persistent).toBe(false)
    expect((await start('bearer', 'keycard-web', { rememberMe: true })).session.persistent).toBe(
      false,
    )
  })

  test("R15, R72: another client's or another transport's token is refused and stays valid", async () => {
    const { start, rotate, alarms } = await openTestSessions(database())
    const foreign = refusal('of another client or transport')
    const { refreshToken } = await start('bearer', 'keycard-web')
    await expect(rotate(refreshToken, 'bearer', 'keycard-cli')).rejects.toEqual(foreign)
    await expect(rotate(refreshToken, 'cookie', 'keycard-web')).rejects.toEqual(foreign)
    await expect(rotate(refreshToken, 'bearer', 'keycard-web')).resolves.toBeDefined()
    expect(alarms).toEqual([])
  })

  test('R15: asking for more than was granted is refused, and does not use the token up', async () => {
    const { start, sessions, row } = await openTestSessions(database())
    const { session, refreshToken } = await start()
    const holder = { clientId: 'keycard-web', transport: 'bearer', device: testDevice } as const
    await expect(
      sessions.rotate(refreshToken, { ...holder, scopes: ['me', 'users:read'] }),
    ).rejects.toMatchObject({ reason: 'invalid_scope' })
    expect((await row(session.id)).counter).toBe(0)
    await expect(
      sessions.rotate(refreshToken, { ...holder, scopes: ['me'] }),
    ).resolves.toMatchObject({ session: { scopes } })
  })

  test('R58: an ended session refreshes nothing, and ending it again changes nothing', async () => {
    const { start, rotate, sessions, row, clock, isRevoked } = await openTestSessions(database())
    const { session, refreshToken } = await start()
    await sessions.end(session.id, 'signed_out')
    const ended = await row(session.id)
    expect(isRevoked(session.id)).toBe(true)
    await expect(rotate(refreshToken)).rejects.toEqual(refusal('session ended'))
    clock.advance(minute)
    await sessions.end(session.id, 'ended_by_admin')
    expect(await row(session.id)).toEqual(ended)
  })

  test('of the granted scopes only those count that still exist', async () => {
    const { start, sessions } = await openTestSessions(database())
    const { id } = (await start()).session
    const row = database().kysely.updateTable('sessions').where('id', '=', id)
    await row.set({ scope: 'me me:burn me:write' }).execute()
    expect(await sessions.findLive(id)).toMatchObject({ scopes: ['me', 'me:write'] })
  })

  test('whether a token is live can be checked without using it', async () => {
    const { start, sessions, clock, row } = await openTestSessions(database())
    const { session, refreshToken } = await start('cookie')
    expect(await sessions.isLive(refreshToken)).toBe(true)
    expect((await row(session.id)).counter).toBe(0)
    expect(await sessions.isLive('garbage')).toBe(false)
    clock.advance(sessionLifetimes.cookie.idleMs)
    expect(await sessions.isLive(refreshToken)).toBe(false)
  })

  test('a session stores where it came from, and no more than 400 characters of it', async () => {
    const { sessions, row, start } = await openTestSessions(database())
    const { session } = await start()
    expect(await row(session.id)).toMatchObject({ address: '192.0.2.1', user_agent: 'curl/8' })
    const long = await sessions.start({
      userId: session.userId,
      scopes,
      holder: { clientId: 'keycard-web', transport: 'bearer' },
      device: { address: null, userAgent: 'x'.repeat(10_000) },
    })
    expect((await row(long.session.id)).user_agent).toHaveLength(400)
  })
})
