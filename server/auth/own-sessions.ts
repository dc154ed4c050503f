// What users may do with their own sessions: see them, end them, say that a new device is theirs.

import { AppError } from '../contract/app-error.ts'
import type { Device } from '../contract/device.ts'
import type { AuditLog } from './audit-log.ts'
import type { Clients } from './clients.ts'
import { nameDevice } from './device-name.ts'
import type { UserIdentity } from './identity.ts'
import type { KnownDevices } from './known-devices.ts'
import type { Session } from './session-rows.ts'
import type { Sessions } from './sessions.ts'
import type { SignOut } from './sign-out.ts'

export interface OwnSession extends Session {
  isCurrent: boolean
  /** "Firefox on Linux"; null where its user agent says nothing. */
  deviceName: string | null
  clientName: string
}

export interface OwnSessions {
  /** The current one first, then the last used; `total` counts those too that are left out. */
  list(identity: UserIdentity): Promise<{ sessions: OwnSession[]; total: number }>
  /**
   * To end the current one is to sign out. One on a new device is taken for somebody else's: the
   * device is not known any more either, and where the caller's session is the older one, no notice
   * asks about it again.
   * @throws AppError not_found where it is not the caller's, or has ended
   */
  end(identity: UserIdentity, id: string, device: Device): Promise<void>
  /** All but the current one. @returns how many there were */
  endOthers(identity: UserIdentity, device: Device): Promise<number>
  /**
   * "Yes, it was me."
   * @throws AppError not_found, of the current session too; conflict where the caller's session is not
   * older than that one
   */
  confirm(identity: UserIdentity, id: string, device: Device): Promise<void>
}

interface OwnSessionsParts {
  sessions: Sessions
  knownDevices: KnownDevices
  clients: Clients
  signOut: SignOut
  auditLog: AuditLog
}

/** More than this nobody reads; they are counted, and end with "everywhere else". */
const listLimit = 100

export function createOwnSessions(parts: OwnSessionsParts): OwnSessions {
  const { sessions, knownDevices, clients, signOut, auditLog } = parts

  async function find({ userId }: UserIdentity, id: string): Promise<Session> {
    const session = await sessions.findLive(id)
    if (session?.userId !== userId) throw new AppError('not_found', 'There is no such session')
    return session
  }

  return {
    async list({ userId, sessionId }) {
      const live = await sessions.listLive(userId, { first: sessionId, limit: listLimit })
      const total = live.length < listLimit ? live.length : await sessions.countLive(userId)
      const clientNames = await clients.namesOf(live.map(({ clientId }) => clientId))
      const listed = live.map((session) => ({
        ...session,
        isCurrent: session.id === sessionId,
        deviceName: nameDevice(session.userAgent),
        clientName: clientNames.get(session.clientId) ?? session.clientId,
      }))
      return { sessions: listed, total }
    },

    async end(identity, id, device) {
      const { userId, clientId, deviceId, isNewDevice, userAgent } = await find(identity, id)
      if (id === identity.sessionId) return signOut.bySessionId(id, device)
      const isStrange = isNewDevice && deviceId !== null
      const facts = {
        userId,
        sessionId: id,
        clientId,
        why: isNewDevice ? 'new_device_disowned' : 'ended_by_user',
        what: nameDevice(userAgent) ?? undefined,
        device,
      }
      await sessions.end(id, 'ended_by_user', {
        writes: [
          ...(isStrange ? [knownDevices.forget(userId, deviceId)] : []),
          sessions.settleDevice({ userId, id, byId: identity.sessionId }),
          auditLog.entry('session_ended', facts),
        ],
      })
      auditLog.tell('session_ended', facts)
    },

    async endOthers({ userId, sessionId, clientId }, device) {
      const facts = { userId, sessionId, clientId, why: 'ended_by_user', device }
      const count = await sessions.endAllOf(userId, 'ended_by_user', {
        except: sessionId,
        writes: [auditLog.entry('sessions_ended', facts)],
      })
      auditLog.tell('sessions_ended', facts)
      return count
    },

    async confirm(identity, id, device) {
      const { userId, clientId, userAgent } = await find(identity, id)
      const what = nameDevice(userAgent) ?? undefined
      const facts = { userId, sessionId: id, clientId, what, device }
      if (id === identity.sessionId) {
        throw new AppError('not_found', 'There is no such other session')
      }
      const answer = { userId, id, byId: identity.sessionId }
      const isConfirmed = await sessions.confirmDevice(answer, {
        writes: [auditLog.entry('device_confirmed', facts)],
      })
      if (!isConfirmed) {
        throw new AppError(
          'conflict',
          'Only a session that began before it can confirm a new device',
        )
      }
      auditLog.tell('device_confirmed', facts)
    },
  }
}
