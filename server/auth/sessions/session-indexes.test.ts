// A user's sessions and notices are read by an index, however many sessions are over.

import { expect, test } from 'vitest'
import { openTestDatabase } from '../../testing/databases.ts'
import { explainQueries } from '../../testing/explain-queries.ts'
import { stillFeed } from '../../testing/still-feed.ts'
import { openTestSessions } from '../../testing/test-sessions.ts'
import { createSecurityNotices } from '../account/security-notices.ts'
import { createSessionWatch } from '../account/session-watch.ts'
import type { UserIdentity } from '../tokens/identity.ts'
import { createSessionRows } from './session-rows.ts'

const live =
  /USING (COVERING )?INDEX sessions_user_id_revoked_at_ms_expires_at_ms \(user_id=\? AND revoked_at_ms=\? AND expires_at_ms>\?\)/

test('SQLite finds live sessions and notices by index, and scans nothing', async () => {
  const { database, readPlans } = explainQueries(await openTestDatabase('sqlite'))
  const { clock, start, userId } = await openTestSessions(database)
  const { session } = await start('cookie')
  await readPlans()

  const rows = createSessionRows({ database, clock })
  await rows.listLive(userId)
  await rows.countLive(userId)
  const readList = async () => ({ sessions: [], total: 0 })
  const parts = { database, clock, feed: stillFeed, readList, onError: () => {} }
  const changes = createSessionWatch(parts).changes(userId, new AbortController().signal)
  await changes.next()
  await changes.return()
  const ofSessions = await readPlans()
  expect(ofSessions).toHaveLength(3)
  for (const plan of ofSessions) expect(plan).toMatch(live)

  const identity = { userId, sessionId: session.id } as UserIdentity
  await createSecurityNotices({ database, clock }).list(identity)
  const ofNotices = await readPlans()
  expect(ofNotices[1]).toContain(
    'sessions_user_id_device_id_created_at_ms (user_id=? AND device_id=?)',
  )
  expect(ofNotices[2]).toContain('audit_events_notices (user_id=? AND created_at_ms>?)')
  // Control: a plan that scans says so.
  await database.kysely.selectFrom('sessions').select('id').where('address', '=', '').execute()
  expect((await readPlans()).join()).toContain('SCAN')
  expect([...ofSessions, ...ofNotices].join()).not.toContain('SCAN')
})
