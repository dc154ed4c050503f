// Sessions, and the clients that hold them: listed, watched and ended.

import { createLiveStreams } from '../../auth/account/live-streams.ts'
import { createOwnSessions } from '../../auth/account/own-sessions.ts'
import { createSessionList } from '../../auth/account/session-list.ts'
import { createSessionWatch } from '../../auth/account/session-watch.ts'
import { createClientRemoval } from '../../auth/clients/client-removal.ts'
import { createClients } from '../../auth/clients/clients.ts'
import { createSessions } from '../../auth/sessions/sessions.ts'
import { createSignOut } from '../../auth/sessions/sign-out.ts'
import { createTokenLookup } from '../../auth/sessions/token-lookup.ts'
import type { Changes } from './change-feed.ts'
import type { Foundation } from './foundation.ts'
import type { Keys } from './keys.ts'
import type { Throttle } from './throttle.ts'
import type { Tokens } from './tokens.ts'

export type SessionServices = ReturnType<typeof createSessionServices>

export function createSessionServices(deps: Foundation & Changes & Keys & Tokens & Throttle) {
  const { database, clock, nowMs, onError, auditLog, changeFeed, changeFeed: feed } = deps
  const { revocations, refreshTokens, identities, knownDevices, knownPlaces } = deps
  const sessions = createSessions({
    database,
    refreshTokens,
    knownDevices,
    knownPlaces,
    revocations,
    clock,
    nowMs,
    changeFeed,
    // The watch below reads the sessions: no session changes before both are there.
    onChange: () => void sessionWatch.look(),
    auditLog,
  })
  const removal = createClientRemoval({ database, revocations, sessions, auditLog, feed })
  const clients = createClients({ database, removal, clock })
  const readList = createSessionList({ sessions, clients })
  const sessionWatch = createSessionWatch({ database, clock, feed, readList, onError })
  const signOut = createSignOut({ refreshTokens, sessions, revocations, auditLog })
  return {
    sessions,
    clients,
    signOut,
    readSessions: readList,
    ownSessions: createOwnSessions({
      sessions,
      readList,
      sessionWatch,
      knownDevices,
      signOut,
      auditLog,
    }),
    tokenLookup: createTokenLookup({ identities, refreshTokens, sessions }),
    liveStreams: createLiveStreams({ revocations, clock }),
  }
}
