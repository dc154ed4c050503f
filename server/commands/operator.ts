// The operator at the command line, as the audit log names them.

import type { Actor } from '../auth/sessions/account-change.ts'
import type { AuditEvent } from '../contract/audit-events.ts'
import type { Services } from '../services.ts'

export const operator: Actor = {
  id: 'operator',
  clientId: 'operator',
  device: { address: null, userAgent: null },
}

/** For acts that concern no user; the rules about users write their own entries. */
export function recordAct({ auditLog }: Services, event: AuditEvent, what?: string): Promise<void> {
  return auditLog.record(event, { actorId: operator.id, clientId: operator.clientId, what })
}
