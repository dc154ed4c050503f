// Signing out: the session ends, and with it every token made for it, at once (R58).

import type { AuthLog } from './auth-log.ts'
import type { RefreshTokens } from './refresh-tokens.ts'
import type { Sessions } from './sessions.ts'

export interface SignOut {
  bySessionId(sessionId: string): Promise<void>
  /** A token that is not ours, or of a session that has ended, is no error: out is out. */
  byRefreshToken(refreshToken: string): Promise<void>
}

interface SignOutParts {
  refreshTokens: RefreshTokens
  sessions: Sessions
  authLog: AuthLog
}

export function createSignOut({ refreshTokens, sessions, authLog }: SignOutParts): SignOut {
  async function bySessionId(sessionId: string): Promise<void> {
    await sessions.end(sessionId, 'signed_out')
    authLog.record('signed_out', { sessionId })
  }
  return {
    bySessionId,
    async byRefreshToken(refreshToken) {
      const sessionId = refreshTokens.read(refreshToken)?.sessionId
      if (sessionId !== undefined) await bySessionId(sessionId)
    },
  }
}
