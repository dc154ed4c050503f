// The refresh grant, counted.

import type { EventCounts } from '../../audit/event-counts.ts'
import type { RefreshTokenGrant } from './refresh-token.ts'

/** Refreshes are too many for the audit log: they are in the operator's graphs only. */
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
