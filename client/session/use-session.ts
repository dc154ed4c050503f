// The session in components: its state, and what its token may do.

import { useSyncExternalStore } from 'react'
import type { Scope } from '../../server/contract/scopes.ts'
import { session } from './browser-session.ts'
import type { AccessToken, SessionState } from './session-state.ts'

export function useSession(): SessionState {
  return useSyncExternalStore(session.subscribe, session.getState)
}

/** The last one of a paused page; undefined before sign-in and after. */
export function useAccessToken(): AccessToken | undefined {
  const state = useSession()
  return 'token' in state ? state.token : undefined
}

/** Whether to offer an action: the server decides again when it is done. */
export function useCan(scope: Scope): boolean {
  return useAccessToken()?.scopes.includes(scope) ?? false
}
