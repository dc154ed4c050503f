// Access tokens as this page reads them: asked of the server in time, their expiry on its own clock.

import type { PageTokens } from '../../server/contract/oauth.ts'
import { readAccessClaims } from './access-claims.ts'
import { createServerClock } from './server-clock.ts'
import type { AccessToken } from './session-state.ts'

export interface TokenReader {
  /** Rejects after 20 seconds without an answer. */
  request(): Promise<PageTokens>
  read(response: PageTokens): AccessToken
  /** One that another tab has requested. */
  readFromTab(response: PageTokens): AccessToken
}

interface TokenReaderDeps {
  /** Aborted when the answer does not come in time. */
  refresh(signal: AbortSignal): Promise<PageTokens>
  /** Monotonic, in milliseconds. */
  now(): number
}

/**
 * How long an answer may take, in milliseconds. Whether the server has rotated the refresh token or
 * not, the next try is within the time in which the server still accepts the previous one (R55).
 */
const longestAnswerMs = 20_000

export function createTokenReader({ refresh, now }: TokenReaderDeps): TokenReader {
  const serverClock = createServerClock()

  function read({ access_token: value, scope, persistent = false }: PageTokens): AccessToken {
    const { userId, sessionId, expiresAtMs } = readAccessClaims(value)
    return {
      value,
      scopes: scope.split(' '),
      expiresAtMs: serverClock.toMonotonic(expiresAtMs),
      userId,
      sessionId,
      isPersistent: persistent,
    }
  }

  return {
    async request() {
      const tooLong = new AbortController()
      const timer = setTimeout(() => tooLong.abort(new TypeError('No answer')), longestAnswerMs)
      const askedAtMs = now()
      try {
        const response = await refresh(tooLong.signal)
        serverClock.learn(readAccessClaims(response.access_token).issuedAtMs, askedAtMs)
        return response
      } finally {
        clearTimeout(timer)
      }
    },
    read,
    readFromTab(response) {
      serverClock.hear(readAccessClaims(response.access_token).issuedAtMs, now())
      return read(response)
    },
  }
}
