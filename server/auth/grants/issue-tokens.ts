// The token response of a session, the same for every grant (RFC 6749 §5.1).

import type { TokenResponse } from '../../contract/oauth.ts'
import { formatScope, type Scope } from '../../contract/scopes.ts'
import type { AccessTokens } from '../access-tokens.ts'
import type { StartedSession } from '../sessions.ts'
import type { UserRecord, Users } from '../users.ts'

/** What `TokenResponse` is before a door has decided whether the refresh token is a cookie. */
export type IssuedTokens = TokenResponse & { refresh_token: string }

export async function issueTokens(
  { accessTokens, users }: { accessTokens: AccessTokens; users: Users },
  { session, refreshToken }: StartedSession,
  { user, scopes }: { user: UserRecord; scopes: readonly Scope[] },
): Promise<IssuedTokens> {
  await users.noteSeen(user)
  const { token, expiresIn } = await accessTokens.issue({
    kind: 'user',
    userId: session.userId,
    sessionId: session.id,
    clientId: session.clientId,
    scopes,
    epoch: user.epoch,
  })
  return {
    access_token: token,
    token_type: 'bearer',
    expires_in: expiresIn,
    scope: formatScope(scopes),
    refresh_token: refreshToken,
  }
}
