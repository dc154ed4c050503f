// How often each event has happened since the start, for the operator's graphs.

import type { AuditEvent } from '../../contract/audit-events.ts'

export type CountedEvent = AuditEvent | 'refreshed' | 'refresh_refused'

export interface EventCounts {
  add(event: CountedEvent): void
  read(): ReadonlyMap<CountedEvent, number>
}

export function createEventCounts(): EventCounts {
  const counts = new Map<CountedEvent, number>()
  return {
    add: (event) => void counts.set(event, (counts.get(event) ?? 0) + 1),
    read: () => counts,
  }
}
