// Signing out: the session ends, and with it every token made for it, at once (R58).

import type { Device } from '../../contract/device.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { RefreshTokenParts, RefreshTokens } from '../tokens/refresh-tokens.ts'
import type { Revocations } from '../tokens/revocations.ts'
import type { Sessions } from './sessions.ts'
import type { FoundToken } from './token-lookup.ts'

/** `device` is the caller's, for the audit log. */
export interface SignOut {
  bySessionId(sessionId: string, device?: Device): Promise<void>
  /**
   * A token that is not ours, or of a session that has ended, is no error: the result is the same.
   */
  byRefreshToken(refreshToken: string, device?: Device): Promise<void>
  /** By any live token: its session ends or, where a client got it for itself, this one token. */
  byToken(token: FoundToken, device?: Device): Promise<void>
}

type EndedSession = Pick<RefreshTokenParts, 'sessionId' | 'userId'>

interface SignOutDeps {
  refreshTokens: RefreshTokens
  sessions: Sessions
  revocations: Revocations
  auditLog: AuditLog
}

export function createSignOut(deps: SignOutDeps): SignOut {
  const { refreshTokens, sessions, revocations, auditLog } = deps

  async function end({ sessionId, userId: ofUser }: EndedSession, device?: Device): Promise<void> {
    const session = await sessions.findLive(sessionId, ofUser)
    if (!session) {
      // Its row may have expired and its last access token not.
      await sessions.end(sessionId, 'signed_out')
      return
    }
    const { userId, clientId } = session
    const facts = { userId, sessionId, clientId, device }
    await sessions.end(sessionId, 'signed_out', { writes: [auditLog.entry('signed_out', facts)] })
  }

  return {
    bySessionId: (sessionId, device) => end({ sessionId }, device),
    async byRefreshToken(refreshToken, device) {
      const presented = refreshTokens.read(refreshToken)
      if (presented) await end(presented, device)
    },
    async byToken(token, device) {
      if (token.kind === 'refresh_token') {
        const { id: sessionId, userId } = token.session
        return end({ sessionId, userId }, device)
      }
      const { identity } = token
      if (identity.kind === 'user') return end(identity, device)
      const { tokenId, clientId } = identity
      const facts = { clientId, what: tokenId, device }
      await revocations.revoke(
        [{ kind: 'token', subject: tokenId }],
        [auditLog.entry('signed_out', facts)],
      )
    },
  }
}
