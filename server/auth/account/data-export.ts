// Everything that is stored about a user, gathered for them.

import type { Selectable } from 'kysely'
import type { DataExport } from '../../contract/data-export.ts'
import type { Device } from '../../contract/device.ts'
import { toRfc3339 } from '../../contract/rfc3339.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { readPage } from '../../db/read-page.ts'
import type { AuditEventsTable, KnownDevicesTable } from '../../db/tables.ts'
import type { UserData } from '../../db/user-data.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { type PasskeyRow, toPasskey } from '../passkeys/passkey-rows.ts'
import { createKeyedMac } from '../secrets/keyed-mac.ts'
import type { MasterKeys } from '../secrets/master-key.ts'
import type { SessionRow } from '../sessions/session-rows.ts'
import type { Reauthentication } from '../sign-in/reauthentication.ts'
import type { UserIdentity } from '../tokens/identity.ts'
import type { UserRecord } from '../users/users.ts'
import { type ListReader, openExportPage } from './export-page.ts'

export interface DataExportRequest {
  identity: UserIdentity
  currentPassword: string | undefined
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined
  device: Device
}

/** What the app's own features store about a user, by their names. */
export type FeatureData = Readonly<Record<string, UserData>>

/** The router describes the profile, as everywhere. */
export interface ExportedData<Data extends FeatureData> extends Omit<DataExport, 'profile'> {
  user: UserRecord
  features: { [Name in keyof Data]: RowOf<Data[Name]>[] }
}

type RowOf<Data extends UserData> = Data extends UserData<infer Row> ? Row : never

/**
 * A page at a time, so that no user waits for another who has much data. The first is logged.
 * @throws AppError reauthentication_required (R65): it holds every address the user ever came from;
 *   invalid_input where the cursor is not one of ours
 */
export type DataExporter<Data extends FeatureData> = (
  request: DataExportRequest,
) => Promise<ExportedData<Data>>

interface DataExporterDeps<Data extends FeatureData> {
  database: Database
  clock: Clock
  masterKeys: MasterKeys
  reauthentication: Pick<Reauthentication, 'require'>
  auditLog: AuditLog
  featureData: Data
}

export function createDataExporter<Data extends FeatureData>(
  deps: DataExporterDeps<Data>,
): DataExporter<Data> {
  const { clock, masterKeys, reauthentication, auditLog, featureData } = deps
  const { kysely } = deps.database
  const mac = createKeyedMac(masterKeys, 'export-cursor')

  const readSessions: ListReader<SessionRow> = (userId, page) =>
    readPage(
      kysely.selectFrom('sessions').selectAll().where('user_id', '=', userId),
      ['created_at_ms', 'id'],
      page,
    )

  const readDevices: ListReader<DeviceRow> = (userId, page) =>
    readPage(
      kysely
        .selectFrom('known_devices')
        .select(['device_id as id', 'created_at_ms', 'last_used_at_ms'])
        .where('user_id', '=', userId),
      ['created_at_ms', 'device_id'],
      page,
    )

  const readPlaces: ListReader<DeviceRow> = (userId, page) =>
    readPage(
      kysely
        .selectFrom('known_places')
        .select(['place as id', 'created_at_ms', 'last_used_at_ms'])
        .where('user_id', '=', userId),
      ['created_at_ms', 'place'],
      page,
    )

  const readPasskeys: ListReader<PasskeyRow> = (userId, page) =>
    readPage(
      kysely.selectFrom('passkeys').selectAll().where('user_id', '=', userId),
      ['created_at_ms', 'id'],
      page,
    )

  const readActivity: ListReader<ActivityRow> = (userId, page) =>
    readPage(
      kysely.selectFrom('audit_events').selectAll().where('user_id', '=', userId),
      ['created_at_ms', 'id'],
      page,
    )

  return async ({ identity, currentPassword, cursor, device }) => {
    const { userId, sessionId } = identity
    const page = openExportPage({ userId, cursor, mac })
    const user = await reauthentication.require({ identity, currentPassword, device })
    if (cursor === undefined) await auditLog.record('data_exported', { userId, sessionId, device })
    const sessions = await page.take('sessions', readSessions)
    const devices = await page.take('devices', readDevices)
    const places = await page.take('places', readPlaces)
    const passkeys = await page.take('passkeys', readPasskeys)
    const activity = await page.take('activity', readActivity)
    const features: Record<string, unknown[]> = {}
    for (const [name, { read }] of Object.entries(featureData)) {
      features[name] = await page.take(name, read)
    }
    return {
      exported_at: toRfc3339(clock.now()),
      user,
      password_changed_at: toRfc3339(user.passwordChangedAtMs),
      sessions: sessions.map(toSession),
      devices: devices.map(toDevice),
      places: places.map(toDevice),
      passkeys: passkeys.map(toPasskey),
      activity: activity.map(toActivity),
      features: features as ExportedData<Data>['features'],
      next_cursor: page.nextCursor(),
    }
  }
}

type DeviceRow = Pick<Selectable<KnownDevicesTable>, 'created_at_ms' | 'last_used_at_ms'> & {
  id: string
}
type ActivityRow = Selectable<AuditEventsTable>

function toSession(row: SessionRow): DataExport['sessions'][number] {
  return {
    id: row.id,
    client_id: row.client_id,
    scope: row.scope,
    transport: row.transport,
    persistent: row.persistent === 1,
    created_at: toRfc3339(row.created_at_ms),
    last_used_at: toRfc3339(row.last_used_at_ms),
    expires_at: toRfc3339(row.expires_at_ms),
    ended_at: row.revoked_at_ms === null ? null : toRfc3339(row.revoked_at_ms),
    ended_reason: row.revoked_reason,
    device_id: row.device_id,
    address: row.address,
    user_agent: row.user_agent,
  }
}

function toDevice(row: DeviceRow): DataExport['devices'][number] {
  return {
    id: row.id,
    created_at: toRfc3339(row.created_at_ms),
    last_used_at: toRfc3339(row.last_used_at_ms),
  }
}

function toActivity(row: ActivityRow): DataExport['activity'][number] {
  return {
    at: toRfc3339(row.created_at_ms),
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
