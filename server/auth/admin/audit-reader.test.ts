// The audit log as admins read it, on both engines: all of it, or the entries of a filter.

import { beforeAll, describe, expect, test } from 'vitest'
import type { AuditEntry, AuditFilter } from '../../contract/audit.ts'
import {
  forEachEngine,
  insertUser,
  openTestDatabase,
  shareTestDatabase,
} from '../../testing/databases.ts'
import { explainQueries } from '../../testing/explain-queries.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { createAuditLog } from '../audit/audit-log.ts'
import { createEventCounts } from '../audit/event-counts.ts'
import { createUsers } from '../users/users.ts'
import { createAuditReader } from './audit-reader.ts'

const silent = { info() {}, warn() {}, error() {} }
const at = (address: string) => ({ address, userAgent: 'curl/8.5.0' })

forEachEngine((engine) => {
  const database = shareTestDatabase(engine)
  const clock = createTestClock()
  let ada: string
  let bob: string

  const reader = () =>
    createAuditReader({ database: database(), users: createUsers({ database: database(), clock }) })

  beforeAll(async () => {
    const log = createAuditLog({
      database: database(),
      clock,
      logger: silent,
      eventCounts: createEventCounts(),
    })
    ada = await insertUser(database())
    bob = await insertUser(database())
    await log.record('signed_in', { userId: ada, what: 'cookie', device: at('192.0.2.1') })
    clock.advance(1_000)
    await log.record('sign_in_refused', {
      userId: ada,
      why: 'wrong_password',
      device: at('192.0.2.66'),
    })
    clock.advance(1_000)
    await log.record('user_disabled', { userId: bob, actorId: ada, device: at('192.0.2.1') })
    clock.advance(1_000)
    await log.record('signed_in', { userId: 'gone', device: at('192.0.2.1') })
    await log.record('everybody_signed_out', { actorId: 'operator', clientId: 'operator' })
  })

  async function find(filter: AuditFilter): Promise<string[]> {
    const { entries } = await reader().list(filter, { limit: 100 })
    return entries.map(({ event, user }) => `${event} ${user?.username ?? user?.id ?? '–'}`)
  }

  test('an entry says who, by whom, from where and on what', async () => {
    const { entries } = await reader().list({ event: 'user_disabled' }, { limit: 10 })
    expect(entries).toEqual([
      {
        id: expect.any(String),
        at: new Date(clock.now() - 1_000).toISOString(),
        event: 'user_disabled',
        user: { id: bob, username: bob },
        actor: { id: ada, username: ada },
        session_id: null,
        client_id: null,
        why: null,
        what: null,
        address: '192.0.2.1',
        device: 'curl',
        user_agent: 'curl/8.5.0',
      },
    ])
  })

  describe('a filter', () => {
    test('by user takes a name or an id, also of an account that is gone', async () => {
      expect(await find({ user: ada })).toEqual([`sign_in_refused ${ada}`, `signed_in ${ada}`])
      expect(await find({ user: 'gone' })).toEqual(['signed_in gone'])
      expect(await find({ user: 'nobody' })).toEqual([])
    })

    test('by event, by address, and by both', async () => {
      expect(await find({ event: 'signed_in' })).toEqual(['signed_in gone', `signed_in ${ada}`])
      expect(await find({ address: '192.0.2.66' })).toEqual([`sign_in_refused ${ada}`])
      expect(await find({ event: 'signed_in', address: '192.0.2.66' })).toEqual([])
    })

    test('by time includes its beginning and not its end', async () => {
      const since = new Date(clock.now() - 2_000).toISOString()
      const until = new Date(clock.now() - 1_000).toISOString()
      expect(await find({ since, until })).toEqual([`sign_in_refused ${ada}`])
    })
  })

  test('page by page, or all of it, each entry comes once', async () => {
    const pages: string[] = []
    let cursor: string | undefined
    do {
      const page = await reader().list({}, { limit: 2, cursor })
      expect(page.entries.length).toBeLessThanOrEqual(2)
      pages.push(...page.entries.map(({ id }) => id))
      cursor = page.next_cursor ?? undefined
    } while (cursor !== undefined)
    const all: AuditEntry[] = []
    for await (const entries of reader().everything({})) all.push(...entries)
    expect(pages).toEqual(all.map(({ id }) => id))
    expect(new Set(pages).size).toBe(5)
  })
})

test.each([
  { event: 'signed_in' },
  { address: '192.0.2.1' },
  { user: 'gone' },
  { since: '2026-01-31T12:00:00Z' },
  {},
] as const)('SQLite finds the entries of %o by an index, and sorts no log', async (filter) => {
  const { database, readPlans } = explainQueries(await openTestDatabase('sqlite'))
  const users = createUsers({ database, clock: createTestClock() })
  await createAuditReader({ database, users }).list(filter, { limit: 20 })
  const plan = (await readPlans()).at(-1)
  expect(plan).toMatch(/audit_events USING (COVERING )?INDEX audit_events_\w*created_at_ms/)
  expect(plan).not.toMatch(/USE TEMP B-TREE FOR ORDER BY/)
})
