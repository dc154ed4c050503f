// What a start brings up to date, and what each minute deletes.

import { purgeAuditLog } from '../../auth/audit/audit-retention.ts'
import { purgeSessions } from '../../auth/sessions/session-retention.ts'
import { upgradeSearchKeys } from '../../auth/users/user-search-upgrade.ts'
import { dateByNow } from '../../db/health/future-instants.ts'
import type { Changes } from './change-feed.ts'
import type { Foundation } from './foundation.ts'

export async function startHousekeeping(deps: Foundation & Changes): Promise<void> {
  const { config, serving, database, clock, nowMs, changeFeed: feed } = deps
  if (serving) await dateByNow({ database, nowMs, feed })
  purgeAuditLog({ database, clock, feed, keepDays: config.auditLogDays })
  purgeSessions({ database, clock, feed, keepDays: config.auditLogDays })
  upgradeSearchKeys({ database, feed, serving })
}
