// The token response of a session, the same for every grant (RFC 6749 §5.1).

import type { TokenResponse } from '../../contract/oauth.ts'
import { formatScope, type Scope } from '../../contract/scopes.ts'
import type { AccessTokens } from '../access-tokens.ts'
import type { StartedSession } from '../session-rotation.ts'
import type { Session } from '../session-rows.ts'

/** What `TokenResponse` is before a door has decided whether the refresh token is a cookie. */
export type IssuedTokens = TokenResponse & { refresh_token: string }

export interface Granted {
  tokens: IssuedTokens
  /** How long it lives, and in which browser, for the door's cookies. */
  session: Session
}

export async function issueTokens(
  accessTokens: AccessTokens,
  { session, refreshToken }: StartedSession,
  { epoch, scopes }: { epoch: number; scopes: readonly Scope[] },
): Promise<Granted> {
  const { token, expiresIn } = await accessTokens.issue({
    kind: 'user',
    userId: session.userId,
    sessionId: session.id,
    clientId: session.clientId,
    scopes,
    epoch,
  })
  const tokens: IssuedTokens = {
    access_token: token,
    token_type: 'bearer',
    expires_in: expiresIn,
    scope: formatScope(scopes),
    refresh_token: refreshToken,
  }
  return { tokens, session }
}
