// The token response of a session, the same for every grant (RFC 6749 §5.1).

import type { TokenResponse } from '../../../contract/oauth.ts'
import { formatScope, type Scope } from '../../../contract/scopes.ts'
import type { Client } from '../../clients/clients.ts'
import type { StartedSession } from '../../sessions/session-rotation.ts'
import type { Session } from '../../sessions/session-rows.ts'
import type { AccessTokens } from '../../tokens/access-tokens.ts'
import type { UserRecord, Users } from '../../users/users.ts'

/** A `TokenResponse` before its transport decides whether the refresh token is a cookie. */
export type IssuedTokens = TokenResponse & { refresh_token: string }

export interface Granted {
  tokens: IssuedTokens
  /** How long it lives, and in which browser, for the cookies. */
  session: Session
}

export async function issueTokens(
  { accessTokens, users }: { accessTokens: AccessTokens; users: Users },
  { session, refreshToken }: StartedSession,
  { user, scopes, client }: { user: UserRecord; scopes: readonly Scope[]; client: Client },
): Promise<Granted> {
  await users.noteSeen(user)
  const { token, expiresIn } = await accessTokens.issue({
    kind: 'user',
    userId: session.userId,
    sessionId: session.id,
    clientId: session.clientId,
    registrationId: client.registration?.id ?? null,
    scopes,
    tokenVersion: user.tokenVersion,
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
