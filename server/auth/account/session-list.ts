// A user's live sessions as a person reads them: with the names of their devices and clients.

import type { Clients } from '../clients/clients.ts'
import { nameDevice } from '../devices/device-name.ts'
import { maxLiveSessions } from '../sessions/session-limit.ts'
import type { Session } from '../sessions/session-rows.ts'
import type { Sessions } from '../sessions/sessions.ts'

export interface ListedSession extends Session {
  /** "Firefox on Linux"; null where the user agent says nothing. */
  deviceName: string | null
  clientName: string
}

export interface SessionList {
  sessions: readonly ListedSession[]
  /** More than are listed only while the surplus of an older version is being ended. */
  total: number
}

/** By last use; `first` before all others. */
export type ReadSessionList = (userId: string, first?: string) => Promise<SessionList>

interface SessionListDeps {
  sessions: Pick<Sessions, 'listLive' | 'countLive'>
  clients: Pick<Clients, 'namesOf'>
}

export function createSessionList({ sessions, clients }: SessionListDeps): ReadSessionList {
  return async (userId, first) => {
    const limit = maxLiveSessions
    const live = await sessions.listLive(userId, { limit, ...(first !== undefined && { first }) })
    const total = live.length < limit ? live.length : await sessions.countLive(userId)
    const clientNames = await clients.namesOf(live.map(({ clientId }) => clientId))
    const listed = live.map((session) => ({
      ...session,
      deviceName: nameDevice(session.userAgent),
      clientName: clientNames.get(session.clientId) ?? session.clientId,
    }))
    return { sessions: listed, total }
  }
}
