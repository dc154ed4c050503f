// The audit log as the owner of an account reads it: what happened to the account, newest first.

import type { Selectable } from 'kysely'
import type { ActivityEntry, ActivityPage } from '../../contract/activity.ts'
import { type ActivityEvent, activityEvents } from '../../contract/activity-events.ts'
import type { PageRequest } from '../../contract/paging.ts'
import { toRfc3339 } from '../../contract/rfc3339.ts'
import type { Database } from '../../db/database.ts'
import { readPage } from '../../db/read-page.ts'
import type { AuditEventsTable } from '../../db/tables.ts'
import { nameDevice } from '../devices/device-name.ts'
import type { UserIdentity } from '../tokens/identity.ts'

export interface Activity {
  /** @throws AppError invalid_input where the cursor is not one of ours */
  list(reader: UserIdentity, page: PageRequest): Promise<ActivityPage>
}

type ActivityRow = Selectable<AuditEventsTable> & { event: ActivityEvent }

export function createActivity({ kysely }: Database): Activity {
  return {
    async list(reader, page) {
      const { rows, next_cursor } = await readPage(
        kysely
          .selectFrom('audit_events')
          .leftJoin('sessions', 'sessions.id', 'audit_events.session_id')
          .selectAll('audit_events')
          // A sign-out has no device of its own: the one that the session began on is shown.
          .select(({ fn, ref }) => [
            fn.coalesce(ref('audit_events.address'), ref('sessions.address')).as('address'),
            fn
              .coalesce(ref('audit_events.user_agent'), ref('sessions.user_agent'))
              .as('user_agent'),
          ])
          .where('audit_events.user_id', '=', reader.userId)
          .where('event', 'in', activityEvents)
          .$narrowType<{ event: ActivityEvent }>(),
        ['audit_events.created_at_ms', 'audit_events.id'],
        page,
      )
      return { entries: rows.map((row) => toEntry(row, reader)), next_cursor }
    },
  }
}

function toEntry(row: ActivityRow, { userId, sessionId }: UserIdentity): ActivityEntry {
  const isOwn = row.actor_id === null || row.actor_id === userId
  return {
    id: row.id,
    at: toRfc3339(row.created_at_ms),
    event: row.event,
    by: isOwn ? 'you' : 'administrator',
    // A detail of more than one word is for the operator: a hash that cannot be read.
    why: row.why !== null && /^[a-z_]+$/.test(row.why) ? row.why : null,
    what: row.what,
    device: isOwn ? nameDevice(row.user_agent) : null,
    address: isOwn ? row.address : null,
    session_id: row.session_id,
    is_this_session: row.session_id === sessionId,
  }
}
