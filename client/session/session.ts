// The session of one page: its access token in memory, renewed in time, one refresh for all callers.

import type { PageTokens } from '../../server/contract/oauth.ts'
import { readAccessClaims } from './access-claims.ts'
import { createQueuedCalls } from './queued-calls.ts'
import { isRefusal, readRetryAfter } from './refresh-failure.ts'
import { createRenewalPlan } from './renewal-plan.ts'
import { createServerClock } from './server-clock.ts'
import type { Tabs } from './tabs.ts'

export type SessionState =
  /** The first refresh is in progress. */
  | { status: 'unknown' }
  /** The first refresh got no yes or no; it is retried automatically. */
  | { status: 'unreachable'; cause: unknown }
  | { status: 'signed-in'; token: AccessToken }
  /** The session is over, but there is unsaved work: the page stays, and calls wait for a sign-in. */
  | { status: 'paused'; token: AccessToken }
  | { status: 'signed-out' }

export interface AccessToken {
  value: string
  scopes: readonly string[]
  /** By the monotonic clock (`performance.now`): the device's own may be wrong, or be set. */
  expiresAtMs: number
  userId: string
  sessionId: string
  /** Whether the session outlives the browser, as was asked for (R57). */
  isPersistent: boolean
}

/** Why the page has to be left. */
export type LeaveReason =
  | 'signed-out'
  | 'expired'
  /** There was no session to begin with. */
  | 'not-signed-in'
  /** The browser's session now belongs to another user. */
  | 'another-user'

export interface Session {
  getState(): SessionState
  /** Called after every change of state; returns how to unsubscribe. */
  subscribe(listener: () => void): () => void
  /** Waits for the first refresh, and for a new token where the old one has expired. */
  getAccessToken(): Promise<string>
  /**
   * A token newer than the one a call was refused with. A late caller gets the present one, so that
   * a slow refusal never affects a newer session.
   */
  renew(refusedToken?: string): Promise<string>
  /**
   * The token for requests that no user has made, which keep no session alive (R57): a stream, a
   * poll. Where it needs a refresh, it waits until the user is active.
   */
  getTokenWhenUsed(expiredToken?: string): Promise<string>
  /** The user is active: the token is then renewed ahead of its expiry (R57). */
  noteInput(): void
  /** The page is visible again, and may have slept. */
  wake(): void
  /** The network is back. */
  reconnect(): void
  /** After a sign-in over the paused page: asks whose session it is now, and lets the calls go. */
  resume(): Promise<void>
  /** Gives the paused page up. */
  abandon(): void
  /** Rejects where it did not reach the server: then no one is signed out. */
  signOut(): Promise<void>
  /** Another tab has signed out. */
  signedOutElsewhere(): void
  /** Another tab has got a token: ours too, unless another user has signed in there. */
  takeFromTab(response: PageTokens): void
}

export interface SessionDeps {
  /** Aborted where no answer comes. */
  refresh(signal: AbortSignal): Promise<PageTokens>
  logout(): Promise<unknown>
  tabs: Tabs
  /** Whether something would be lost with the page. */
  hasUnsavedWork(): boolean
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

/**
 * How long an answer may take, in milliseconds. Whether the server has rotated the refresh token or
 * not, the next try is within the time in which it forgives the previous one (R55).
 */
const longestAnswerMs = 20_000

export function createSession(parts: SessionDeps): Session {
  const { tabs, now } = parts
  const listeners = new Set<() => void>()
  const serverClock = createServerClock()
  const queuedCalls = createQueuedCalls()
  // No caller waits for it: a call that needs the token asks for itself, and hears why.
  const plan = createRenewalPlan({ now, renew: () => void renew().catch(doNothing) })
  let state: SessionState = { status: 'unknown' }
  let refreshing: Promise<string> | undefined
  /** Saves the refresh that still waits for its turn, once another tab's token is here. */
  let spare = new AbortController()
  let signingOut: Promise<void> | undefined
  let wakers: (() => void)[] = []

  function become(next: SessionState): void {
    state = next
    for (const listener of listeners) listener()
    wakeStreams()
  }

  function wakeStreams(): void {
    const woken = wakers
    wakers = []
    for (const wake of woken) wake()
  }

  function end(reason: LeaveReason): void {
    if (state.status === 'signed-out') return
    plan.stop()
    become({ status: 'signed-out' })
    queuedCalls.fail(new SessionEndedError())
    // A refresh may learn of the user's own sign-out before its answer is here.
    parts.leave(signingOut === undefined ? reason : 'signed-out')
  }

  function pause(token: AccessToken): Promise<string> {
    plan.stop()
    become({ status: 'paused', token })
    return queuedCalls.hold()
  }

  async function askServer(): Promise<PageTokens> {
    const tooLong = new AbortController()
    const timer = setTimeout(() => tooLong.abort(new TypeError('No answer')), longestAnswerMs)
    const askedAtMs = now()
    try {
      const response = await parts.refresh(tooLong.signal)
      serverClock.learn(readAccessClaims(response.access_token).issuedAtMs, askedAtMs)
      return response
    } finally {
      clearTimeout(timer)
    }
  }

  function accept(response: PageTokens): string {
    const token = readToken(response)
    if ('token' in state && state.token.userId !== token.userId) {
      end('another-user')
      throw new SessionEndedError()
    }
    plan.renewed(token.expiresAtMs)
    become({ status: 'signed-in', token })
    return token.value
  }

  function readToken({ access_token: value, scope, persistent = false }: PageTokens): AccessToken {
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

  async function refresh(): Promise<string> {
    const before = state
    spare = new AbortController()
    try {
      // Only the cookie can tell a new page whose session it is: what another tab has may be older.
      const response = await tabs.askInTurn(
        askServer,
        before.status === 'signed-in' ? spare.signal : undefined,
      )
      if (state.status === 'signed-out') throw new SessionEndedError()
      if (response) return accept(response)
    } catch (error) {
      if (error instanceof SessionEndedError) throw error
      if (state === before || state.status !== 'signed-in') return explain(error)
    }
    // Another tab's token came first: what this refresh has learned is about an older one.
    if (state.status !== 'signed-in') throw new SessionEndedError()
    return state.token.value
  }

  function explain(error: unknown): Promise<string> {
    if (isRefusal(error)) {
      if (state.status === 'signed-in' && parts.hasUnsavedWork()) return pause(state.token)
      const neverWas = state.status !== 'signed-in' && error.data?.reason === 'not_authenticated'
      end(neverWas ? 'not-signed-in' : 'expired')
      throw new SessionEndedError()
    }
    plan.failed(readRetryAfter(error))
    if (state.status !== 'signed-in') become({ status: 'unreachable', cause: error })
    throw error
  }

  async function renew(refusedToken?: string): Promise<string> {
    if (state.status === 'signed-out') throw new SessionEndedError()
    if (refusedToken !== undefined && state.status === 'signed-in') {
      const { value } = state.token
      if (value !== refusedToken) return value
    }
    if (state.status === 'paused' && !queuedCalls.admit()) throw new SessionEndedError()
    refreshing ??= refresh().finally(() => {
      refreshing = undefined
    })
    return refreshing
  }

  async function getAccessToken(): Promise<string> {
    return findLiveToken() ?? renew()
  }

  function findLiveToken(): string | undefined {
    if (state.status !== 'signed-in' || now() >= state.token.expiresAtMs) return undefined
    return state.token.value
  }

  async function logout(): Promise<void> {
    try {
      await parts.logout()
    } catch (error) {
      // Nothing was left to end.
      if (!isRefusal(error)) throw error
    }
    tabs.tellSignedOut()
    end('signed-out')
  }

  async function resume(): Promise<void> {
    if (state.status !== 'paused') return
    const response = await tabs.askInTurn(askServer)
    if (response && state.status === 'paused') queuedCalls.release(accept(response))
  }

  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getAccessToken,
    renew,
    async getTokenWhenUsed(expiredToken) {
      for (;;) {
        const token = findLiveToken()
        if (token !== undefined && token !== expiredToken) return token
        if (state.status !== 'signed-in' || plan.isInUse()) return renew(expiredToken)
        await new Promise<void>((resolve) => wakers.push(resolve))
      }
    },
    noteInput() {
      plan.noteInput()
      wakeStreams()
    },
    wake: plan.catchUp,
    reconnect() {
      const underWay = refreshing
      plan.hurry()
      // A request sent before the network came back may still fail, and is then retried.
      underWay?.catch(plan.hurry)
    },
    resume,
    abandon: () => end('expired'),
    signOut() {
      signingOut ??= logout().finally(() => {
        signingOut = undefined
      })
      return signingOut
    },
    signedOutElsewhere: () => end('signed-out'),
    takeFromTab(response) {
      if (state.status === 'unreachable') plan.hurry()
      if (state.status === 'paused') resume().catch(doNothing)
      if (state.status !== 'signed-in') return
      serverClock.hear(readAccessClaims(response.access_token).issuedAtMs, now())
      const token = readToken(response)
      const { userId, sessionId, expiresAtMs } = state.token
      if (token.userId !== userId || token.sessionId !== sessionId) {
        // The user, or another, has signed in there. The cookie says who; a message may be late.
        renew().catch(doNothing)
      } else if (token.expiresAtMs > expiresAtMs) {
        accept(response)
        spare.abort()
      }
    },
  }
}

function doNothing(): void {}
