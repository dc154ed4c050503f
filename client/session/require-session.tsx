// Guards: their content shows only for a signed-in user, or for a token with the scope.

import type { ReactNode } from 'react'
import type { Scope } from '../../server/contract/scopes.ts'
import { useCan, useSession } from './use-session.ts'

interface RequireSessionProps {
  /** While the first refresh is in progress. */
  pending: ReactNode
  /** Where the first refresh got no answer. */
  unreachable: (cause: unknown) => ReactNode
  children: ReactNode
}

/**
 * Signed out it shows nothing: the page is about to be left. Paused it keeps its content, and what
 * was typed into it.
 */
export function RequireSession({ pending, unreachable, children }: RequireSessionProps) {
  const state = useSession()
  switch (state.status) {
    case 'unknown':
      return pending
    case 'unreachable':
      return unreachable(state.cause)
    case 'signed-in':
    case 'paused':
      return children
    case 'signed-out':
      return null
  }
}

interface RequireScopeProps {
  scope: Scope
  /** For a token that lacks it. */
  otherwise: ReactNode
  children: ReactNode
}

export function RequireScope({ scope, otherwise, children }: RequireScopeProps) {
  return useCan(scope) ? children : otherwise
}
