// One's own activity: what happened, newest first, and nothing about other users, on both engines.

import { beforeEach, describe, expect, test } from 'vitest'
import { activityEvents } from '../../contract/activity-events.ts'
import { auditEvents } from '../../contract/audit-events.ts'
import { makeRandomId } from '../../db/random-id.ts'
import { forEachEngine, insertUser, shareTestDatabase } from '../../testing/databases.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { type AuditFacts, createAuditLog } from '../audit/audit-log.ts'
import { createEventCounts } from '../audit/event-counts.ts'
import type { UserIdentity } from '../tokens/identity.ts'
import { createActivity } from './activity.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0'
const device = { address: '203.0.113.24', userAgent: firefox }
const silent = { info() {}, warn() {}, error() {} }

function identityOf(userId: string): UserIdentity {
  return {
    kind: 'user',
    userId,
    sessionId: 'this-session',
    clientId: 'keycard-web',
    scopes: ['me'],
    tokenVersion: 0,
    tokenId: 't',
    keyId: 'k',
    issuedAt: 0,
    expiresAt: 0,
  }
}

forEachEngine((engine) => {
  const database = shareTestDatabase(engine)
  const clock = createTestClock()
  let me: UserIdentity
  beforeEach(() => {
    me = identityOf(makeRandomId())
  })

  const log = () =>
    createAuditLog({
      database: database(),
      clock,
      logger: silent,
      eventCounts: createEventCounts(),
    })
  const activity = () => createActivity(database())

  async function record(event: (typeof auditEvents)[number], facts: AuditFacts = {}) {
    await log().record(event, { userId: me.userId, device, ...facts })
  }

  /** Page by page, until there is none. */
  async function listAll(limit: number) {
    const pages = []
    let cursor: string | undefined
    do {
      const page = await activity().list(me, { limit, cursor })
      pages.push(page.entries)
      cursor = page.next_cursor ?? undefined
    } while (cursor !== undefined)
    return pages
  }

  test('R114: an entry says what, when, from where, and whether it was this session', async () => {
    await record('signed_in', { sessionId: 'this-session', what: 'cookie' })
    clock.advance(1)
    await record('sign_in_refused', {
      why: 'wrong_password',
      device: { ...device, userAgent: null },
    })
    const { entries, next_cursor } = await activity().list(me, { limit: 20 })
    const common = { id: expect.stringMatching(/^[\w-]{22}$/), by: 'you', address: device.address }
    expect(entries).toEqual([
      {
        ...common,
        at: new Date(clock.now()).toISOString(),
        event: 'sign_in_refused',
        why: 'wrong_password',
        what: null,
        device: null,
        session_id: null,
        is_this_session: false,
      },
      {
        ...common,
        at: new Date(clock.now() - 1).toISOString(),
        event: 'signed_in',
        why: null,
        what: 'cookie',
        device: 'Firefox on Linux',
        session_id: 'this-session',
        is_this_session: true,
      },
    ])
    expect(next_cursor).toBeNull()
  })

  test('an administrator is not named, and nothing reveals where they are', async () => {
    await record('role_changed', { actorId: 'the-admin', clientId: 'robot', what: 'admin' })
    const { entries } = await activity().list(me, { limit: 20 })
    expect(entries).toMatchObject([
      { event: 'role_changed', by: 'administrator', what: 'admin', device: null, address: null },
    ])
    expect(JSON.stringify(entries)).not.toMatch(/the-admin|robot|Firefox|203\.0/)
  })

  test('what users did to their own account is shown as their own', async () => {
    await record('password_changed', { actorId: me.userId })
    expect((await activity().list(me, { limit: 20 })).entries).toMatchObject([
      { by: 'you', device: 'Firefox on Linux', address: device.address },
    ])
  })

  test('where an event has no device, the one that its session began on is shown', async () => {
    const userId = await insertUser(database())
    me = identityOf(userId)
    await database()
      .kysely.insertInto('sessions')
      .values({
        id: 'this-session',
        user_id: userId,
        client_id: 'c',
        scope: 'me',
        created_at_ms: 0,
        last_used_at_ms: 0,
        idle_ms: 0,
        idle_expires_at_ms: 0,
        expires_at_ms: 0,
        transport: 'cookie',
        address: device.address,
        user_agent: firefox,
      })
      .execute()
    await record('signed_out', { sessionId: 'this-session', device: undefined })
    expect((await activity().list(me, { limit: 20 })).entries).toMatchObject([
      { event: 'signed_out', device: 'Firefox on Linux', address: device.address },
    ])
  })

  test('no user sees what happened to others, nor what is the operator’s alone', async () => {
    await record('signed_in', { userId: 'somebody-else' })
    await record('signed_in', { userId: undefined })
    // Done to another user, by me.
    await record('user_disabled', { userId: 'somebody-else', actorId: me.userId })
    await record('refresh_token_ahead')
    await record('sign_in_refused', { why: 'The stored hash has cost 31, beyond 15: refused' })
    expect((await activity().list(me, { limit: 20 })).entries).toMatchObject([
      { event: 'sign_in_refused', why: null },
    ])
  })

  describe('page by page', () => {
    test('every entry comes once, also those of one millisecond', async () => {
      for (const event of activityEvents) await record(event)
      clock.advance(1)
      await record('signed_in')
      const pages = await listAll(4)
      const total = activityEvents.length + 1
      expect(pages.map((page) => page.length)).toEqual([
        ...Array(Math.floor(total / 4)).fill(4),
        ...(total % 4 === 0 ? [] : [total % 4]),
      ])
      const all = pages.flat()
      expect(new Set(all.map(({ id }) => id)).size).toBe(total)
      expect(all[0]?.at).toBe(new Date(clock.now()).toISOString())
      expect(all).toEqual((await activity().list(me, { limit: 100 })).entries)
    })

    test('entries added meanwhile move nothing', async () => {
      for (let number = 0; number < 5; number += 1) {
        await record('signed_in', { what: String(number) })
        clock.advance(1)
      }
      const first = await activity().list(me, { limit: 3 })
      await record('signed_in', { what: 'new' })
      const second = await activity().list(me, { limit: 3, cursor: first.next_cursor ?? '' })
      const whats = [...first.entries, ...second.entries].map(({ what }) => what)
      expect(whats).toEqual(['4', '3', '2', '1', '0'])
    })

    test.each(['', 'x', '1', '1.', '.a', '1.a b', '-1.a', "1.a'--"])(
      'a cursor that is not one of ours (%j) is invalid_input',
      async (cursor) => {
        await expect(activity().list(me, { limit: 3, cursor })).rejects.toMatchObject({
          reason: 'invalid_input',
          fields: [{ path: 'cursor' }],
        })
      },
    )
  })
})

test('every event that is stored about a user is shown, except those that mean nothing to them', () => {
  const left = auditEvents.filter((event) => !activityEvents.some((seen) => seen === event))
  const ofOperators = [
    'users_imported',
    'everybody_signed_out',
    'client_added',
    'client_removed',
    'signing_key_rotated',
    'signing_key_dropped',
    'database_backed_up',
    'database_restored',
  ]
  const unseen = [
    'sign_in_throttled',
    'client_signed_in',
    'refresh_forgiven',
    'refresh_token_ahead',
  ]
  expect(left).toEqual([...unseen, ...ofOperators])
})
