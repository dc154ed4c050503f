// Access tokens whose signature was checked before: only what may have changed since is checked again.

import { LRUCache } from 'lru-cache'
import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import { type Clock, toSeconds } from '../../db/clock.ts'
import type { SigningKeys } from '../keys/signing-keys.ts'
import { type AccessTokenClaims, type AccessTokens, clockSkewSeconds } from './access-tokens.ts'

interface VerifiedTokensDeps {
  accessTokens: AccessTokens
  signingKeys: Pick<SigningKeys, 'knows'>
  clock: Clock
  feed: Pick<ChangeFeed, 'follow'>
  /**
   * How many tokens, of some 1.5 KB each, the one used longest ago making room; 10,000 by default.
   */
  capacity?: number
}

/**
 * A check of a signature is half of what a call costs, and a client shows one token for all its
 * calls. Time and keys are checked at each use, and the caller checks revocation (R58): a token is
 * never accepted because it was accepted before. No refused token is kept, and no expired one for
 * long.
 */
export function rememberVerified(deps: VerifiedTokensDeps): AccessTokens {
  const { accessTokens, signingKeys, clock, feed, capacity = 10_000 } = deps
  // By the whole token: another spelling of it, or another signature, is another token.
  const verified = new LRUCache<string, AccessTokenClaims>({ max: capacity })

  function isStillGood({ keyId, issuedAt, expiresAt }: AccessTokenClaims): boolean {
    const nowSeconds = toSeconds(clock.now())
    const isItsTime = issuedAt <= nowSeconds + clockSkewSeconds && nowSeconds < expiresAt
    return isItsTime && signingKeys.knows(keyId)
  }

  async function purge() {
    for (const [token, claims] of [...verified.entries()]) {
      if (!isStillGood(claims)) verified.delete(token)
    }
    return {}
  }

  feed.follow({ purge })
  return {
    issue: accessTokens.issue,

    async verify(token) {
      const known = verified.get(token)
      if (known !== undefined && isStillGood(known)) return known
      // The full check names what speaks against it now.
      verified.delete(token)
      const claims = deepFreeze(await accessTokens.verify(token))
      verified.set(token, claims)
      return claims
    },
  }
}

/** All calls with a token share its claims: none may change them for the others. */
function deepFreeze(claims: AccessTokenClaims): AccessTokenClaims {
  Object.freeze(claims.scopes)
  return Object.freeze(claims)
}
