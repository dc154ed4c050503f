// A token of either kind: what it is, or that it grants nothing.

import { AppError } from '../../contract/app-error.ts'
import type { Identities, Identity } from '../tokens/identity.ts'
import type { RefreshTokens } from '../tokens/refresh-tokens.ts'
import type { Session } from './session-rows.ts'
import type { Sessions } from './sessions.ts'

/** With the client that holds it. */
export type FoundToken =
  | { kind: 'access_token'; clientId: string; identity: Identity }
  | { kind: 'refresh_token'; clientId: string; session: Session }

export interface TokenLookup {
  /**
   * The two kinds look different, so no hint is needed (RFC 7009 §2.1: a hint may be ignored).
   * undefined for garbage, and for an expired or revoked token.
   * @throws AppError unavailable where the answer needs the database, and the database is down
   */
  find(token: string): Promise<FoundToken | undefined>
}

interface TokenLookupDeps {
  identities: Identities
  refreshTokens: RefreshTokens
  sessions: Sessions
}

export function createTokenLookup(deps: TokenLookupDeps): TokenLookup {
  const { identities, refreshTokens, sessions } = deps

  /** With any counter: an older token ends its session when it is used, so here too it names it. */
  async function findRefreshToken(token: string): Promise<FoundToken | undefined> {
    const presented = refreshTokens.read(token)
    const session = presented && (await sessions.findLive(presented.sessionId, presented.userId))
    if (!session) return undefined
    return { kind: 'refresh_token', clientId: session.clientId, session }
  }

  async function findAccessToken(token: string): Promise<FoundToken | undefined> {
    try {
      const identity = await identities.authenticateToken(token)
      return { kind: 'access_token', clientId: identity.clientId, identity }
    } catch (error) {
      if (error instanceof AppError && refusals.has(error.reason)) return undefined
      throw error
    }
  }

  return {
    find: async (token) => (await findRefreshToken(token)) ?? (await findAccessToken(token)),
  }
}

const refusals: ReadonlySet<string> = new Set(['invalid_token', 'token_expired'])
