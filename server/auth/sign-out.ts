// Signing out: the session ends, and with it every token made for it, at once (R58).

import type { AuditLog } from './audit-log.ts'
import type { RefreshTokens } from './refresh-tokens.ts'
import type { Revocations } from './revocations.ts'
import type { Sessions } from './sessions.ts'
import type { FoundToken } from './token-lookup.ts'

export interface SignOut {
  bySessionId(sessionId: string): Promise<void>
  /** A token that is not ours, or of a session that has ended, is no error: out is out. */
  byRefreshToken(refreshToken: string): Promise<void>
  /** By any live token: its session ends or, where a client got it for itself, this one token. */
  byToken(token: FoundToken): Promise<void>
}

interface SignOutParts {
  refreshTokens: RefreshTokens
  sessions: Sessions
  revocations: Revocations
  auditLog: AuditLog
}

export function createSignOut(parts: SignOutParts): SignOut {
  const { refreshTokens, sessions, revocations, auditLog } = parts

  async function bySessionId(sessionId: string): Promise<void> {
    const session = await sessions.findLive(sessionId)
    if (!session) {
      // Its row may have expired and its last access token not.
      await sessions.end(sessionId, 'signed_out')
      return
    }
    const { userId, clientId } = session
    const facts = { userId, sessionId, clientId }
    await sessions.end(sessionId, 'signed_out', { writes: [auditLog.entry('signed_out', facts)] })
    auditLog.tell('signed_out', facts)
  }

  return {
    bySessionId,
    async byRefreshToken(refreshToken) {
      const sessionId = refreshTokens.read(refreshToken)?.sessionId
      if (sessionId !== undefined) await bySessionId(sessionId)
    },
    async byToken(token) {
      if (token.kind === 'refresh_token') return bySessionId(token.session.id)
      const { identity } = token
      if (identity.kind === 'user') return bySessionId(identity.sessionId)
      const { tokenId, clientId } = identity
      const facts = { clientId, what: tokenId }
      await revocations.revoke(
        [{ kind: 'token', subject: tokenId }],
        [auditLog.entry('signed_out', facts)],
      )
      auditLog.tell('signed_out', facts)
    },
  }
}
