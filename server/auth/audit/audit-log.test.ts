// The audit log, on both engines: what it stores of an event, and what a broken database does to it.

import { expect, test } from 'vitest'
import { required } from '../../db/writes/required-write.ts'
import { forEachEngine, openTestDatabase } from '../../testing/databases.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { createAuditLog } from './audit-log.ts'
import { createEventCounts } from './event-counts.ts'

forEachEngine((engine) => {
  async function setUp() {
    const database = await openTestDatabase(engine)
    const told: object[] = []
    const failed: object[] = []
    const logger = {
      info: (facts: object) => void told.push(facts),
      warn: (facts: object) => void told.push(facts),
      error: (facts: object) => void failed.push(facts),
    }
    const clock = createTestClock()
    const eventCounts = createEventCounts()
    return {
      database,
      clock,
      told,
      failed,
      log: createAuditLog({ database, clock, logger, eventCounts }),
    }
  }

  test('R114: an event is stored with who, where, why and when', async () => {
    const { database, clock, told, log } = await setUp()
    const device = { address: '192.0.2.1', userAgent: 'curl/8\nInjected: line' }
    await log.record('sign_in_refused', { userId: 'user-1', why: 'wrong_password', device })
    const rows = await database.kysely.selectFrom('audit_events').selectAll().execute()
    expect(rows).toEqual([
      {
        id: expect.stringMatching(/^[\w-]{22}$/),
        created_at_ms: clock.now(),
        event: 'sign_in_refused',
        user_id: 'user-1',
        actor_id: null,
        session_id: null,
        client_id: null,
        why: 'wrong_password',
        what: null,
        address: '192.0.2.1',
        user_agent: 'curl/8\nInjected: line',
        notice: null,
      },
    ])
    expect(told).toEqual([
      { event: 'sign_in_refused', userId: 'user-1', why: 'wrong_password', ...device },
    ])
  })

  test('an entry of a batch is reported once that has committed, and not at all where it is undone', async () => {
    const { database, told, log } = await setUp()
    const { kysely } = database
    const entry = () => log.entry('signed_out', { userId: 'user-1', why: 'asked' })
    const impossible = kysely.updateTable('users').set({ disabled: 1 }).where('id', '=', 'nobody')
    await expect(database.runAtomically([entry(), required(impossible)])).rejects.toThrow()
    expect(told).toEqual([])

    const batch = database.runAtomically([entry()])
    expect(told).toEqual([])
    expect(await batch).toEqual([1n])
    expect(told).toEqual([{ event: 'signed_out', userId: 'user-1', why: 'asked' }])
    const rows = await kysely.selectFrom('audit_events').select('event').execute()
    expect(rows).toEqual([{ event: 'signed_out' }])
  })

  test('a database that is gone changes no answer: the operator’s log has it', async () => {
    const { database, told, failed, log } = await setUp()
    await database.close()
    await log.record('signed_out', { userId: 'user-1' })
    expect(told).toHaveLength(1)
    expect(failed).toEqual([{ err: expect.anything(), event: 'signed_out' }])
  })
})
