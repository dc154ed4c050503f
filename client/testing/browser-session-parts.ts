// Parts of a browser session for tests in Node: tokens as the server makes them, and a single tab.

import { TRPCClientError } from '@trpc/client'
import type { ErrorReason } from '../../server/contract/app-error.ts'
import type { TokenResponse } from '../../server/contract/oauth.ts'
import type { AppRouter } from '../../server/trpc/router.ts'
import type { Tabs } from '../session/tabs.ts'

interface TokenFacts {
  /** Distinguishes two tokens. */
  id: string
  userId?: string
  sessionId?: string
  /** By the server's clock; now by default. */
  issuedAtMs?: number
}

/** In seconds. */
export const testTokenLifetime = 900

export function makeTokenResponse(facts: TokenFacts): TokenResponse {
  const { id, userId = 'user-1', sessionId = 'session-1', issuedAtMs = Date.now() } = facts
  const iat = Math.floor(issuedAtMs / 1_000)
  const claims = { sub: userId, sid: sessionId, jti: id, iat, exp: iat + testTokenLifetime }
  return {
    access_token: `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`,
    token_type: 'bearer',
    expires_in: testTokenLifetime,
    scope: 'me me:write',
  }
}

/** A refusal as @trpc/client makes it of the server's answer. */
export function makeRefusal(reason: ErrorReason, httpStatus = 401): TRPCClientError<AppRouter> {
  const data = { code: 'UNAUTHORIZED', httpStatus, path: 'protected', reason }
  return TRPCClientError.from({ error: { message: 'Refused', code: -32001, data } })
}

/** No answer at all, as `fetch` reports it. */
export function makeNoAnswer(): TRPCClientError<AppRouter> {
  return TRPCClientError.from(new TypeError('Failed to fetch'))
}

export const loneTab: Tabs = {
  tellSignedOut: () => undefined,
  askInTurn: (ask) => ask(),
}
