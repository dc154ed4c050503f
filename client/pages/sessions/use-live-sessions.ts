// The list of sessions, loaded once and then updated by the server.

import type { Session } from '../../../server/contract/sessions.ts'
import { trpc } from '../../api/trpc.ts'
import { applyChanges } from './session-changes.ts'

export interface BegunAndEnded {
  began: readonly Session[]
  ended: readonly Session[]
}

/** `onChanges` hears of changes made elsewhere, and of our own. */
export function useLiveSessions(onChanges: (changes: BegunAndEnded) => void) {
  const list = trpc.useUtils().sessions.list
  trpc.sessions.changes.useSubscription(undefined, {
    onData(changes) {
      const before = list.getData()
      const next = applyChanges(before, changes)
      list.setData(undefined, next)
      if (!before) return
      onChanges({
        began: missingIn(before.sessions, next.sessions),
        ended: missingIn(next.sessions, before.sessions),
      })
    },
  })
  return trpc.sessions.list.useQuery()
}

/** Those of `sessions` that are not in `others`. */
function missingIn(others: readonly Session[], sessions: readonly Session[]): Session[] {
  const ids = new Set(others.map(({ id }) => id))
  return sessions.filter(({ id }) => !ids.has(id))
}
