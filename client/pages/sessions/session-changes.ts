// Applies the server's changes of the list of sessions to the list on the screen.

import type { Session, SessionChanges, SessionList } from '../../../server/contract/sessions.ts'

/** In the order of the whole list: the current one first, then by last use. */
export function applyChanges(
  before: SessionList | undefined,
  changes: SessionChanges,
): SessionList {
  const { sessions, total, is_whole, ended } = changes
  if (is_whole || !before) return { sessions, total }
  const gone = new Set([...ended, ...sessions.map(({ id }) => id)])
  const stayed = before.sessions.filter(({ id }) => !gone.has(id))
  return { sessions: [...sessions, ...stayed].sort(byLastUse), total }
}

function byLastUse(one: Session, other: Session): number {
  return (
    Number(other.is_current) - Number(one.is_current) ||
    Date.parse(other.last_used_at) - Date.parse(one.last_used_at)
  )
}
