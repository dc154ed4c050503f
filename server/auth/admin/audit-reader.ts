// The audit log as admins read it: all entries or those of a filter, newest first.

import type { Selectable } from 'kysely'
import type { AuditEntry, AuditFilter, AuditPage } from '../../contract/audit.ts'
import type { PageRequest } from '../../contract/paging.ts'
import { toRfc3339 } from '../../contract/rfc3339.ts'
import type { Database } from '../../db/database.ts'
import { readPage } from '../../db/read-page.ts'
import type { AuditEventsTable } from '../../db/tables.ts'
import { nameDevice } from '../devices/device-name.ts'
import type { Users } from '../users/users.ts'

export interface AuditReader {
  /** @throws AppError invalid_input where the cursor is not one of ours */
  list(filter: AuditFilter, page: PageRequest): Promise<AuditPage>
  /** Each entry of the filter, 500 at a time, as they are asked for. */
  everything(filter: AuditFilter): AsyncGenerator<AuditEntry[]>
}

/** Where the log is read to the end. */
const pageSize = 500

interface AuditReaderDeps {
  database: Database
  users: Pick<Users, 'findByLogin'>
}

export function createAuditReader({ database, users }: AuditReaderDeps): AuditReader {
  const { kysely } = database

  /** Whom the filter means; an account that is gone is found by its id. */
  async function resolveUser({ user }: AuditFilter): Promise<string | undefined> {
    if (user === undefined) return undefined
    return (await users.findByLogin(user))?.id ?? user
  }

  async function readFor(
    userId: string | undefined,
    { event, address, since, until }: AuditFilter,
    page: PageRequest,
  ): Promise<AuditPage> {
    let query = kysely
      .selectFrom('audit_events')
      .leftJoin('users', 'users.id', 'audit_events.user_id')
      .leftJoin('users as actors', 'actors.id', 'audit_events.actor_id')
      .selectAll('audit_events')
      .select(['users.username as username', 'actors.username as actor_name'])
    if (userId !== undefined) query = query.where('audit_events.user_id', '=', userId)
    if (event !== undefined) query = query.where('audit_events.event', '=', event)
    if (address !== undefined) query = query.where('audit_events.address', '=', address)
    if (since !== undefined) {
      query = query.where('audit_events.created_at_ms', '>=', Date.parse(since))
    }
    if (until !== undefined) {
      query = query.where('audit_events.created_at_ms', '<', Date.parse(until))
    }
    const { rows, next_cursor } = await readPage(
      query,
      ['audit_events.created_at_ms', 'audit_events.id'],
      page,
    )
    return { entries: rows.map(toEntry), next_cursor }
  }

  return {
    async list(filter, page) {
      return readFor(await resolveUser(filter), filter, page)
    },

    async *everything(filter) {
      const userId = await resolveUser(filter)
      let cursor: string | undefined
      do {
        const page = await readFor(userId, filter, { limit: pageSize, cursor })
        yield page.entries
        cursor = page.next_cursor ?? undefined
      } while (cursor !== undefined)
    },
  }
}

interface AuditRow extends Selectable<AuditEventsTable> {
  username: string | null
  actor_name: string | null
}

function toEntry(row: AuditRow): AuditEntry {
  return {
    id: row.id,
    at: toRfc3339(row.created_at_ms),
    event: row.event as AuditEntry['event'],
    user: row.user_id === null ? null : { id: row.user_id, username: row.username },
    actor: row.actor_id === null ? null : { id: row.actor_id, username: row.actor_name },
    session_id: row.session_id,
    client_id: row.client_id,
    why: row.why,
    what: row.what,
    address: row.address,
    device: row.user_agent === null ? null : nameDevice(row.user_agent),
    user_agent: row.user_agent,
  }
}
