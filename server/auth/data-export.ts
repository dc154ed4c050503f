// Everything that is held about a user, gathered for himself.

import type { Selectable } from 'kysely'
import type { DataExport } from '../contract/data-export.ts'
import type { Device } from '../contract/device.ts'
import type { Item } from '../contract/items.ts'
import type { Clock } from '../db/clock.ts'
import type { Database } from '../db/database.ts'
import type { AuditEventsTable, KnownDevicesTable, SessionsTable } from '../db/tables.ts'
import type { AuditLog } from './audit-log.ts'
import type { UserIdentity } from './identity.ts'
import type { Reauthentication } from './reauthentication.ts'
import type { UserRecord } from './users.ts'

export interface DataExportRequest {
  identity: UserIdentity
  currentPassword: string | undefined
  device: Device
}

/** The profile is described by the door, as it is everywhere. */
export interface ExportedData extends Omit<DataExport, 'profile'> {
  user: UserRecord
}

/**
 * @throws AppError reauthentication_required (R65): it holds every address he ever came from
 */
export type DataExporter = (request: DataExportRequest) => Promise<ExportedData>

interface DataExporterParts {
  database: Database
  clock: Clock
  reauthenticate: Reauthentication
  auditLog: AuditLog
  /** What a noun of the app's own holds about a user: add yours here, and to the contract. */
  listItems: (userId: string) => Promise<Item[]>
}

export function createDataExporter(parts: DataExporterParts): DataExporter {
  const { clock, reauthenticate, auditLog, listItems } = parts
  const { kysely } = parts.database

  const selectSessions = (userId: string) =>
    kysely
      .selectFrom('sessions')
      .selectAll()
      .where('user_id', '=', userId)
      .orderBy('created_at_ms', 'desc')
      .execute()

  const selectDevices = (userId: string) =>
    kysely
      .selectFrom('known_devices')
      .selectAll()
      .where('user_id', '=', userId)
      .orderBy('last_used_at_ms', 'desc')
      .execute()

  const selectActivity = (userId: string) =>
    kysely
      .selectFrom('audit_events')
      .selectAll()
      .where('user_id', '=', userId)
      .orderBy('created_at_ms', 'desc')
      .orderBy('id', 'desc')
      .execute()

  return async ({ identity, currentPassword, device }) => {
    const user = await reauthenticate({ identity, currentPassword, device })
    await auditLog.record('data_exported', {
      userId: user.id,
      sessionId: identity.sessionId,
      device,
    })
    return {
      exported_at: toTime(clock.now()),
      user,
      password_changed_at: toTime(user.passwordChangedAtMs),
      sessions: (await selectSessions(user.id)).map(toSession),
      devices: (await selectDevices(user.id)).map(toDevice),
      activity: (await selectActivity(user.id)).map(toActivity),
      items: await listItems(user.id),
    }
  }
}

function toSession(row: Selectable<SessionsTable>): DataExport['sessions'][number] {
  return {
    id: row.id,
    client_id: row.client_id,
    scope: row.scope,
    door: row.door,
    kept: row.kept === 1,
    created_at: toTime(row.created_at_ms),
    last_used_at: toTime(row.last_used_at_ms),
    expires_at: toTime(row.expires_at_ms),
    ended_at: row.revoked_at_ms === null ? null : toTime(row.revoked_at_ms),
    ended_reason: row.revoked_reason,
    device_id: row.device_id,
    address: row.address,
    user_agent: row.user_agent,
  }
}

function toDevice(row: Selectable<KnownDevicesTable>): DataExport['devices'][number] {
  return {
    id: row.device_id,
    created_at: toTime(row.created_at_ms),
    last_used_at: toTime(row.last_used_at_ms),
  }
}

function toActivity(row: Selectable<AuditEventsTable>): DataExport['activity'][number] {
  return {
    at: toTime(row.created_at_ms),
    event: row.event,
    by_another: row.actor_id !== null && row.actor_id !== row.user_id,
    session_id: row.session_id,
    client_id: row.client_id,
    why: row.why,
    what: row.what,
    address: row.address,
    user_agent: row.user_agent,
  }
}

function toTime(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
