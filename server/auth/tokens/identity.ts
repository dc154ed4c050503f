// The caller: from the Authorization header to a verified identity (RFC 6750 §2.1).

import { AppError } from '../../contract/app-error.ts'
import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import type { AccessTokenClaims, AccessTokens } from './access-tokens.ts'
import type { Revocations } from './revocations.ts'

/** What an endpoint may rely on. The user's row is not read for it. */
export type Identity = AccessTokenClaims
export type UserIdentity = Extract<Identity, { kind: 'user' }>

export interface Identities {
  /**
   * @param headers every Authorization header of the request, in order
   * @throws AppError not_authenticated, token_expired, invalid_token or invalid_request
   */
  identify(headers: readonly string[]): Promise<Identity>
  /**
   * The one check of an access token, wherever it was shown.
   * @throws AppError token_expired or invalid_token; unavailable where revocations are unknown
   */
  authenticateToken(accessToken: string): Promise<Identity>
  /**
   * For what only a person has: items, a session, a name.
   * @throws AppError insufficient_scope where a client calls in its own name: no scope would help
   *   it
   */
  requireUser(identity: Identity): UserIdentity
  /** @throws AppError insufficient_scope, naming what is needed (RFC 6750 §3.1) */
  requireScopes(identity: Identity, scopes: readonly string[]): void
}

/** The scheme is case-insensitive (RFC 9110 §11.1); the token is b64token (RFC 6750 §2.1). */
const bearerSyntax = /^bearer +([\w.~+/-]+=*) *$/i

interface IdentitiesDeps {
  accessTokens: AccessTokens
  revocations: Revocations
  changeFeed: Pick<ChangeFeed, 'catchUpIfSilent'>
}

export function createIdentities(deps: IdentitiesDeps): Identities {
  const { accessTokens, revocations, changeFeed } = deps

  async function authenticateToken(accessToken: string): Promise<Identity> {
    const claims = await accessTokens.verify(accessToken)
    // Fail closed: no answer is better than one for a session that has ended.
    await changeFeed.catchUpIfSilent()
    if (revocations.isRevoked(claims)) throw refuseToken('revoked')
    return claims
  }

  return {
    async identify(headers) {
      const [header, second] = headers
      // Node silently keeps the first of two; which one counts must not be guessed.
      if (second !== undefined) {
        throw new AppError('invalid_request', 'There must be one Authorization header')
      }
      if (header === undefined || !/^bearer(?: |$)/i.test(header)) {
        throw new AppError('not_authenticated', 'Not authenticated')
      }
      const token = bearerSyntax.exec(header)?.[1]
      if (token === undefined) throw refuseToken('not a b64token')
      return authenticateToken(token)
    },

    authenticateToken,

    requireUser(identity) {
      if (identity.kind === 'user') return identity
      throw new AppError('insufficient_scope', 'This needs the token of a user, not of a client')
    },

    requireScopes(identity, scopes) {
      if (scopes.every((scope) => identity.scopes.includes(scope))) return
      throw new AppError('insufficient_scope', 'Not enough permissions', { scope: scopes })
    },
  }
}

function refuseToken(detail: string): AppError {
  return new AppError('invalid_token', 'Could not validate credentials', { detail })
}
