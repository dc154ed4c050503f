// How often each thing has happened since the start, for the operator's graphs.

import type { AuditEvent } from '../contract/audit-events.ts'
import type { RefreshTokenGrant } from './grants/refresh-token.ts'

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

/** Refreshes are too many for the audit log: they are counted only. */
export function countRefreshes(grant: RefreshTokenGrant, counts: EventCounts): RefreshTokenGrant {
  return async (request) => {
    try {
      const tokens = await grant(request)
      counts.add('refreshed')
      return tokens
    } catch (error) {
      counts.add('refresh_refused')
      throw error
    }
  }
}
