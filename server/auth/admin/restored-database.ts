// What a restored backup must not bring back: tokens and sessions from before it (R67).

import type { OnProgress } from '../../db/writes/batches.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { KeyRotation } from '../keys/key-rotation.ts'
import type { Actor } from '../sessions/account-change.ts'
import type { Sessions } from '../sessions/sessions.ts'

/**
 * A backup does not know what was ended, disabled or rotated since it was made, nor which token
 * versions were given out: its own and all later tokens end here. Running it twice does no harm.
 * @returns how many sessions the backup had, live
 */
export type TokenReset = (by: Actor, onProgress?: OnProgress) => Promise<number>

interface TokenResetDeps {
  keyRotation: Pick<KeyRotation, 'replaceAll'>
  sessions: Pick<Sessions, 'endEverybodys'>
  auditLog: AuditLog
}

export function createTokenReset({ keyRotation, sessions, auditLog }: TokenResetDeps) {
  const reset: TokenReset = async ({ id: actorId, clientId, device }, onProgress) => {
    // The keys first: whatever clock a token was issued by, it can no longer be verified.
    await keyRotation.replaceAll()
    const count = await sessions.endEverybodys('database_restored', onProgress)
    await auditLog.record('database_restored', { actorId, clientId, device })
    return count
  }
  return reset
}
