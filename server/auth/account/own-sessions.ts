// What users may do with their own sessions: see them, end them, confirm that a new device is theirs.

import { AppError } from '../../contract/app-error.ts'
import type { Device } from '../../contract/device.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { nameDevice } from '../devices/device-name.ts'
import type { KnownDevices } from '../devices/known-devices.ts'
import type { Session } from '../sessions/session-rows.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { SignOut } from '../sessions/sign-out.ts'
import type { UserIdentity } from '../tokens/identity.ts'
import type { ListedSession, ReadSessionList } from './session-list.ts'
import type { SessionWatch } from './session-watch.ts'

export interface OwnSession extends ListedSession {
  isCurrent: boolean
}

export interface OwnSessionList {
  sessions: OwnSession[]
  /** How many live; more than are listed only where an older version let very many begin. */
  total: number
}

/** What has changed since the list before it; first of all, the whole list. */
export interface OwnSessionChanges extends OwnSessionList {
  isWhole: boolean
  /** Those that are no longer in the list, by their ids. */
  ended: string[]
}

export interface OwnSessions {
  /** The current one first, then by last use. */
  list(identity: UserIdentity): Promise<OwnSessionList>
  /** At once, and whenever the list has changed, until `signal`. */
  changes(identity: UserIdentity, signal: AbortSignal): AsyncGenerator<OwnSessionChanges, void>
  /**
   * Ending the current one signs out. One on a new device counts as someone else's: the device is
   * not known any more either, and where the caller's session is the older one, no notice asks
   * about it again.
   * @throws AppError not_found where it is not the caller's, or has ended
   */
  end(identity: UserIdentity, id: string, device: Device): Promise<void>
  /** All but the current one. @returns how many there were */
  endOthers(identity: UserIdentity, device: Device): Promise<number>
  /**
   * "Yes, it was me."
   * @throws AppError not_found, also for the current session; conflict where the caller's session
   *   is not older than that one
   */
  confirm(identity: UserIdentity, id: string, device: Device): Promise<void>
}

interface OwnSessionsDeps {
  sessions: Sessions
  knownDevices: KnownDevices
  readList: ReadSessionList
  sessionWatch: SessionWatch
  signOut: SignOut
  auditLog: AuditLog
}

export function createOwnSessions(deps: OwnSessionsDeps): OwnSessions {
  const { sessions, readList, sessionWatch, knownDevices, signOut, auditLog } = deps

  async function find({ userId }: UserIdentity, id: string): Promise<Session> {
    const session = await sessions.findLive(id)
    if (session?.userId !== userId) throw new AppError('not_found', 'There is no such session')
    return session
  }

  return {
    async list({ userId, sessionId }) {
      const { sessions, total } = await readList(userId, sessionId)
      return { sessions: sessions.map((session) => toOwn(session, sessionId)), total }
    },

    async *changes({ userId, sessionId }, signal) {
      let before: readonly ListedSession[] | undefined
      for await (const { sessions, total } of sessionWatch.changes(userId, signal)) {
        const change = compareLists(before, sessions)
        const isWhole = before === undefined
        before = sessions
        const own = change.changed.map((session) => toOwn(session, sessionId))
        yield { sessions: own, ended: change.ended, total, isWhole }
      }
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
    },

    async endOthers({ userId, sessionId, clientId }, device) {
      const facts = { userId, sessionId, clientId, why: 'ended_by_user', device }
      return sessions.endAllOf(userId, 'ended_by_user', {
        except: sessionId,
        writes: [auditLog.entry('sessions_ended', facts)],
      })
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
    },
  }
}

function toOwn(session: ListedSession, currentId: string): OwnSession {
  return { ...session, isCurrent: session.id === currentId }
}

/** One that has stayed the same is the same object in both. */
function compareLists(
  before: readonly ListedSession[] | undefined = [],
  next: readonly ListedSession[],
): { changed: ListedSession[]; ended: string[] } {
  const known = new Set(before)
  const ids = new Set(next.map(({ id }) => id))
  return {
    changed: next.filter((session) => !known.has(session)),
    ended: before.map(({ id }) => id).filter((id) => !ids.has(id)),
  }
}
