// Access tokens, refresh tokens and device tokens, and the identity that an access token proves.

import { createDeviceTokens } from '../../auth/devices/device-tokens.ts'
import { createAccessTokens } from '../../auth/tokens/access-tokens.ts'
import { createIdentities } from '../../auth/tokens/identity.ts'
import { createRefreshTokens } from '../../auth/tokens/refresh-tokens.ts'
import { rememberVerified } from '../../auth/tokens/verified-tokens.ts'
import type { Changes } from './change-feed.ts'
import type { Foundation } from './foundation.ts'
import type { Keys } from './keys.ts'

export type Tokens = ReturnType<typeof createTokens>

export function createTokens(deps: Foundation & Changes & Keys) {
  const { config, masterKeys, clock, changeFeed, revocations, signingKeys } = deps
  const accessTokens = rememberVerified({
    accessTokens: createAccessTokens({
      signingKeys,
      clock,
      issuer: config.publicUrl,
      lifetimeSeconds: config.accessTokenLifetimeSeconds,
      issueFrom: revocations.believedFrom,
    }),
    signingKeys,
    clock,
    feed: changeFeed,
  })
  return {
    accessTokens,
    refreshTokens: createRefreshTokens(masterKeys),
    deviceTokens: createDeviceTokens(masterKeys),
    identities: createIdentities({ accessTokens, revocations, changeFeed }),
  }
}
