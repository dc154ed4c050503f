// The session of one page: its access token in memory, renewed in time, one refresh for all callers.
// Its states and events are in session-machine.ts, drawn in docs/browser-session.md.

import type { PageTokens } from '../../server/contract/oauth.ts'
import { createQueuedCalls } from './queued-calls.ts'
import { isRefusal, readRetryAfter } from './refresh-failure.ts'
import { createRenewalPlan } from './renewal-plan.ts'
import {
  type Effect,
  isAsking,
  newSession,
  type RefreshOutcome,
  type SessionEvent,
  transition,
} from './session-machine.ts'
import type { LeaveReason, SessionState } from './session-state.ts'
import type { Tabs } from './tabs.ts'
import { createTokenReader } from './token-reader.ts'

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
   * Whether `renew` would give a token that was here before, or was requested before: like the
   * refused one it may belong to a session that has ended since, so its refusal is looked into too.
   */
  hasNewerThan(refusedToken: string): boolean
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

export function createSession(deps: SessionDeps): Session {
  const { tabs, now } = deps
  const listeners = new Set<() => void>()
  const tokens = createTokenReader(deps)
  const queuedCalls = createQueuedCalls()
  // No caller waits for it: a call that needs the token asks for itself, and hears why.
  const plan = createRenewalPlan({ now, renew: () => void renew().catch(doNothing) })
  let state = newSession
  /** What the callers of the refresh in progress wait for, or of the last one. */
  let refreshed = Promise.resolve('')
  /** Aborted when the refresh that still waits for its turn is no longer needed. */
  let spare = new AbortController()
  let signingOut: Promise<void> | undefined
  let wakers: (() => void)[] = []

  /** The page sees its new state before any call goes on. */
  function dispatch(event: SessionEvent): Effect | undefined {
    const { page } = state
    const { state: next, effect } = transition(state, event)
    state = next
    if (next.page !== page) {
      for (const listener of listeners) listener()
      wakeStreams()
    }
    switch (effect?.kind) {
      case 'take':
        plan.renewed(effect.token.expiresAtMs)
        spare.abort()
        queuedCalls.release(effect.token.value)
        break
      case 'retry':
        plan.failed(readRetryAfter(effect.cause))
        break
      case 'hold':
        plan.stop()
        break
      case 'leave':
        plan.stop()
        queuedCalls.fail(new SessionEndedError())
        // A refresh may learn of the user's own sign-out before its answer is here.
        deps.leave(signingOut === undefined ? effect.reason : 'signed-out')
    }
    return effect
  }

  function wakeStreams(): void {
    const woken = wakers
    wakers = []
    for (const wake of woken) wake()
  }

  /** For an event that may need a refresh. */
  function request(event: SessionEvent): Promise<string> {
    if (dispatch(event)?.kind === 'ask') refreshed = refresh()
    return refreshed
  }

  async function refresh(): Promise<string> {
    const outcome = await ask()
    const effect = dispatch(outcome)
    if (effect?.kind === 'ask') return refresh()
    if (effect?.kind === 'hold') return queuedCalls.hold()
    if (state.page.status === 'signed-out') throw new SessionEndedError()
    // Its own, or another tab's that came first.
    if (state.page.status === 'signed-in' && effect?.kind !== 'retry') return state.page.token.value
    throw 'cause' in outcome ? outcome.cause : new SessionEndedError()
  }

  async function ask(): Promise<RefreshOutcome> {
    spare = new AbortController()
    // Only the cookie can tell a new page whose session it is: what another tab has may be older.
    const spared = state.name === 'renewing' ? spare.signal : undefined
    try {
      const response = await tabs.askInTurn(tokens.request, spared)
      if (response) return { kind: 'answered', token: tokens.read(response) }
      return { kind: 'unanswered', cause: undefined }
    } catch (cause) {
      if (!isRefusal(cause)) return { kind: 'unanswered', cause }
      const hadCookie = cause.data?.reason !== 'not_authenticated'
      return { kind: 'refused', hadCookie, hasUnsavedWork: deps.hasUnsavedWork(), cause }
    }
  }

  async function renew(refusedToken?: string): Promise<string> {
    const { page } = state
    if (page.status === 'signed-out') throw new SessionEndedError()
    if (page.status === 'paused') {
      if (!queuedCalls.admit()) throw new SessionEndedError()
      return queuedCalls.hold()
    }
    if (refusedToken !== undefined && page.status === 'signed-in') {
      const { value } = page.token
      if (value !== refusedToken) return value
    }
    return request({ kind: 'token-needed' })
  }

  async function getAccessToken(): Promise<string> {
    return findLiveToken() ?? renew()
  }

  function findLiveToken(): string | undefined {
    const { page } = state
    if (page.status !== 'signed-in' || now() >= page.token.expiresAtMs) return undefined
    return page.token.value
  }

  async function logout(): Promise<void> {
    try {
      await deps.logout()
    } catch (error) {
      // Nothing was left to end.
      if (!isRefusal(error)) throw error
    }
    tabs.tellSignedOut()
    dispatch({ kind: 'signed-out' })
  }

  async function resume(): Promise<void> {
    // The one in progress may have been asked before the sign-in.
    while (state.name === 'resuming') await refreshed.catch(doNothing)
    if (state.name === 'paused') await request({ kind: 'signed-in-again' })
  }

  return {
    getState: () => state.page,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getAccessToken,
    renew,
    hasNewerThan(refusedToken) {
      const { page } = state
      return isAsking(state) || (page.status === 'signed-in' && page.token.value !== refusedToken)
    },
    async getTokenWhenUsed(expiredToken) {
      for (;;) {
        const token = findLiveToken()
        if (token !== undefined && token !== expiredToken) return token
        if (state.page.status !== 'signed-in' || plan.isInUse()) return renew(expiredToken)
        await new Promise<void>((resolve) => wakers.push(resolve))
      }
    },
    noteInput() {
      plan.noteInput()
      wakeStreams()
    },
    wake: plan.catchUp,
    reconnect() {
      const inProgress = isAsking(state) ? refreshed : undefined
      plan.hurry()
      // A request sent before the network came back may still fail, and is then retried.
      inProgress?.catch(plan.hurry)
    },
    resume,
    abandon: () => void dispatch({ kind: 'abandoned' }),
    signOut() {
      signingOut ??= logout().finally(() => {
        signingOut = undefined
      })
      return signingOut
    },
    signedOutElsewhere: () => void dispatch({ kind: 'signed-out' }),
    takeFromTab(response) {
      const { status } = state.page
      if (status === 'unreachable') plan.hurry()
      if (status === 'paused') resume().catch(doNothing)
      if (status !== 'signed-in') return
      request({ kind: 'tab-token', token: tokens.readFromTab(response) }).catch(doNothing)
    },
  }
}

function doNothing(): void {}
