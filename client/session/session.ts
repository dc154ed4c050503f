// The session of one page: its access token in memory, renewed in time, one refresh for all who ask.

import { TRPCClientError } from '@trpc/client'
import type { TokenResponse } from '../../server/contract/oauth.ts'
import type { AppRouter } from '../../server/trpc/router.ts'
import { readAccessClaims } from './access-claims.ts'

export type SessionState =
  /** The first refresh is under way. */
  | { status: 'unknown' }
  /** The first refresh got no answer that says yes or no; `retry` asks again. */
  | { status: 'unreachable'; cause: unknown }
  | { status: 'signed-in'; token: AccessToken }
  | { status: 'signed-out' }

export interface AccessToken {
  value: string
  scopes: readonly string[]
  /** By the monotonic clock (`performance.now`): the device's own may be wrong, or be set. */
  expiresAtMs: number
  userId: string
  sessionId: string
}

/** Why the page has to be left. */
export type LeaveReason =
  | 'signed-out'
  | 'expired'
  /** There was no session to begin with. */
  | 'not-signed-in'
  /** The browser's session now belongs to somebody else. */
  | 'another-user'

export interface Session {
  getState(): SessionState
  /** Called after every change of state; answers how to stop that. */
  subscribe(listener: () => void): () => void
  /** Waits for the first refresh, and for a new token where the old one has run out. */
  getAccessToken(): Promise<string>
  /**
   * A token newer than the one a call was refused with. Who asks late gets what is there by then,
   * so that a slow refusal never touches a newer session.
   */
  renew(refusedToken?: string): Promise<string>
  /** Somebody is there: the token is then renewed ahead of its expiry (R57). */
  noteInput(): void
  /** Rejects where the server did not hear of it: then nobody is signed out. */
  signOut(): Promise<void>
  /** Another tab has signed out. */
  signedOutElsewhere(): void
}

export interface SessionParts {
  refresh(): Promise<TokenResponse>
  logout(): Promise<unknown>
  /** Keeps the tabs of a browser from refreshing at once. */
  withRefreshLock<Result>(work: () => Promise<Result>): Promise<Result>
  tellOtherTabs(): void
  /** Leads away from the page; called once. */
  leave(reason: LeaveReason): void
  /** Monotonic, in milliseconds. */
  now(): number
}

/** What calls fail with once the session is over. */
export class SessionEndedError extends Error {
  constructor() {
    super('The session has ended')
    this.name = 'SessionEndedError'
  }
}

/** How long before its expiry a token is renewed: a minute, or a fifth of a short life. */
const renewAheadMs = 60_000
/** After a refresh that got no answer, input does not ask again sooner than this. */
const quietRetryMs = 10_000

export function createSession(parts: SessionParts): Session {
  const listeners = new Set<() => void>()
  let state: SessionState = { status: 'unknown' }
  let refreshing: Promise<string> | undefined
  let signingOut: Promise<void> | undefined
  let renewTimer: ReturnType<typeof setTimeout> | undefined
  let renewAtMs = Number.POSITIVE_INFINITY
  let hadInput = false

  function become(next: SessionState): void {
    state = next
    for (const listener of listeners) listener()
  }

  function end(reason: LeaveReason): void {
    if (state.status === 'signed-out') return
    clearTimeout(renewTimer)
    become({ status: 'signed-out' })
    // A refresh may learn of the user's own sign-out before its answer is here.
    parts.leave(signingOut === undefined ? reason : 'signed-out')
  }

  function accept(response: TokenResponse): string {
    const token = readToken(response, parts.now())
    if (state.status === 'signed-in' && state.token.userId !== token.userId) {
      end('another-user')
      throw new SessionEndedError()
    }
    become({ status: 'signed-in', token })
    hadInput = false
    const lifetimeMs = response.expires_in * 1_000
    renewAtMs = token.expiresAtMs - Math.min(renewAheadMs, lifetimeMs / 5)
    clearTimeout(renewTimer)
    renewTimer = setTimeout(renewIfUsed, renewAtMs - parts.now())
    return token.value
  }

  async function refresh(): Promise<string> {
    const before = state
    try {
      const response = await parts.withRefreshLock(() => parts.refresh())
      if (state.status === 'signed-out') throw new SessionEndedError()
      return accept(response)
    } catch (error) {
      if (error instanceof SessionEndedError) throw error
      // Whatever this refresh learned is about a session that is no longer this one.
      if (state !== before && state.status === 'signed-in') return state.token.value
      const reason = readRefusal(error)
      if (reason) {
        const neverWas = before.status !== 'signed-in' && reason === 'not_authenticated'
        end(neverWas ? 'not-signed-in' : 'expired')
        throw new SessionEndedError()
      }
      renewAtMs = parts.now() + quietRetryMs
      if (state.status !== 'signed-in') become({ status: 'unreachable', cause: error })
      throw error
    }
  }

  async function renew(refusedToken?: string): Promise<string> {
    if (state.status === 'signed-out') throw new SessionEndedError()
    if (refusedToken !== undefined && state.status === 'signed-in') {
      const { value } = state.token
      if (value !== refusedToken) return value
    }
    refreshing ??= refresh().finally(() => {
      refreshing = undefined
    })
    return refreshing
  }

  /** Nobody waits for it: a call that needs the token asks for itself, and hears why. */
  function renewIfUsed(): void {
    if (hadInput && state.status === 'signed-in') renew().catch(() => undefined)
  }

  async function logout(): Promise<void> {
    try {
      await parts.logout()
    } catch (error) {
      // Nothing was left to end.
      if (!readRefusal(error)) throw error
    }
    parts.tellOtherTabs()
    end('signed-out')
  }

  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async getAccessToken() {
      if (state.status !== 'signed-in' || parts.now() >= state.token.expiresAtMs) return renew()
      return state.token.value
    },
    renew,
    noteInput() {
      hadInput = true
      if (parts.now() >= renewAtMs) renewIfUsed()
    },
    signOut() {
      signingOut ??= logout().finally(() => {
        signingOut = undefined
      })
      return signingOut
    },
    signedOutElsewhere: () => end('signed-out'),
  }
}

function readToken(response: TokenResponse, nowMs: number): AccessToken {
  return {
    value: response.access_token,
    scopes: response.scope.split(' '),
    expiresAtMs: nowMs + response.expires_in * 1_000,
    ...readAccessClaims(response.access_token),
  }
}

/** Set where the server said that there is no session; undefined where it could not say. */
function readRefusal(error: unknown): 'invalid_grant' | 'not_authenticated' | undefined {
  const reason = isTrpcError(error) ? error.data?.reason : undefined
  return reason === 'invalid_grant' || reason === 'not_authenticated' ? reason : undefined
}

function isTrpcError(error: unknown): error is TRPCClientError<AppRouter> {
  return error instanceof TRPCClientError
}
