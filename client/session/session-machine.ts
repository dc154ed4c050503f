// The session of one page as a state machine: its states, its events, and what follows from each.
// Drawn in docs/browser-session.md; session.ts carries the effects out.

import type { AccessToken, LeaveReason, SessionState } from './session-state.ts'

type PageWith<Status> = Extract<SessionState, { status: Status }>

/** Each state with what the page sees of it. While a refresh is in progress the page sees no change. */
export type MachineState =
  /** Nothing has been asked yet. */
  | { name: 'new'; page: PageWith<'unknown'> }
  | { name: 'opening'; page: PageWith<'unknown'> }
  | { name: 'unreachable'; page: PageWith<'unreachable'> }
  | { name: 'reopening'; page: PageWith<'unreachable'> }
  | { name: 'active'; page: PageWith<'signed-in'> }
  | { name: 'renewing'; page: PageWith<'signed-in'> }
  /** A refresh is in progress, and another tab's newer token came before its answer. */
  | { name: 'overtaken'; page: PageWith<'signed-in'> }
  | { name: 'paused'; page: PageWith<'paused'> }
  | { name: 'resuming'; page: PageWith<'paused'> }
  | { name: 'ended'; page: PageWith<'signed-out'> }

export type SessionEvent =
  /** A call, a stream or the renewal plan needs a token that is not here. */
  | { kind: 'token-needed' }
  /** Another tab has a token. */
  | { kind: 'tab-token'; token: AccessToken }
  /** A sign-in over the paused page or in another tab: the cookie may be of a new session. */
  | { kind: 'signed-in-again' }
  /** By the user, here or in another tab. */
  | { kind: 'signed-out' }
  /** The user gives the paused page up. */
  | { kind: 'abandoned' }
  | RefreshOutcome

/** How a refresh ends. */
export type RefreshOutcome =
  | { kind: 'answered'; token: AccessToken }
  /** The server says that there is no session. */
  | { kind: 'refused'; hadCookie: boolean; hasUnsavedWork: boolean; cause: unknown }
  /** No answer, or one that says neither yes nor no; or it was not sent, as it was overtaken. */
  | { kind: 'unanswered'; cause: unknown }

/** What session.ts has to do. */
export type Effect =
  /** Send a refresh, which ends with one outcome. */
  | { kind: 'ask' }
  /** Plan the renewal of the new token, and let the calls go that waited for it. */
  | { kind: 'take'; token: AccessToken }
  /** Plan the next attempt. */
  | { kind: 'retry'; cause: unknown }
  /** Let calls wait until the user has signed in again. */
  | { kind: 'hold' }
  /** Fail the calls, and leave the page. */
  | { kind: 'leave'; reason: LeaveReason }

export interface Transition {
  state: MachineState
  effect: Effect | undefined
}

export const newSession: MachineState = { name: 'new', page: { status: 'unknown' } }

/** Pure. An event without a meaning in this state changes nothing. */
export function transition(state: MachineState, event: SessionEvent): Transition {
  if (state.name !== 'ended') {
    if (event.kind === 'signed-out') return leave('signed-out')
    if (event.kind === 'abandoned') return leave('expired')
  }
  // Of the right types: the state's name and the event's kind have chosen it.
  const follow = transitions[state.name][event.kind] as Follow<never, never> | undefined
  return follow?.(state.page as never, event as never) ?? { state, effect: undefined }
}

/** Whether a refresh is in progress: then its outcome means something. */
export function isAsking({ name }: MachineState): boolean {
  return 'unanswered' in transitions[name]
}

type Name = MachineState['name']
type PageOf<State extends Name> = Extract<MachineState, { name: State }>['page']
type Follow<Page, Event> = (page: Page, event: Event) => Transition | undefined
type Follows<Page> = {
  [Kind in SessionEvent['kind']]?: Follow<Page, Extract<SessionEvent, { kind: Kind }>>
}

const transitions: { [State in Name]: Follows<PageOf<State>> } = {
  new: { 'token-needed': ask('opening') },
  opening: { answered: accept, refused: turnAway, unanswered: waitForServer },
  unreachable: { 'token-needed': ask('reopening') },
  reopening: { answered: accept, refused: turnAway, unanswered: waitForServer },
  active: {
    'token-needed': ask('renewing'),
    // The cookie says whose session it is now, and no message that may be late.
    'tab-token': (page, { token }) =>
      isSameSession(page, token) ? takeNewer('active', page, token) : ask('renewing')(page),
  },
  renewing: {
    'tab-token': overtake,
    answered: accept,
    refused: ({ token }, { hasUnsavedWork }) =>
      hasUnsavedWork
        ? enter('paused', { status: 'paused', token }, { kind: 'hold' })
        : leave('expired'),
    unanswered: (page, { cause }) => enter('active', page, { kind: 'retry', cause }),
  },
  overtaken: {
    'tab-token': overtake,
    answered: accept,
    // It may be about an older cookie than that of the token which is here.
    refused: ask('renewing'),
    unanswered: (page) => enter('active', page),
  },
  paused: { 'signed-in-again': ask('resuming') },
  resuming: { answered: accept, refused: stayPaused, unanswered: stayPaused },
  ended: {},
}

function enter<State extends Name>(name: State, page: PageOf<State>, effect?: Effect): Transition {
  return { state: { name, page } as MachineState, effect }
}

function ask<State extends Name>(name: State) {
  return (page: PageOf<State>) => enter(name, page, { kind: 'ask' })
}

function accept(page: SessionState, { token }: { token: AccessToken }): Transition {
  const isOther = 'token' in page && page.token.userId !== token.userId
  return isOther ? leave('another-user') : take('active', token)
}

function take(name: 'active' | 'overtaken', token: AccessToken): Transition {
  return enter(name, { status: 'signed-in', token }, { kind: 'take', token })
}

function leave(reason: LeaveReason): Transition {
  return enter('ended', { status: 'signed-out' }, { kind: 'leave', reason })
}

function turnAway(_page: SessionState, { hadCookie }: { hadCookie: boolean }): Transition {
  return leave(hadCookie ? 'expired' : 'not-signed-in')
}

function waitForServer(_page: SessionState, { cause }: { cause: unknown }): Transition {
  return enter('unreachable', { status: 'unreachable', cause }, { kind: 'retry', cause })
}

function stayPaused(page: PageOf<'paused'>): Transition {
  return enter('paused', page)
}

/** For a token of another session the answer that is on its way says whose the page is. */
function overtake(page: PageOf<'active'>, { token }: { token: AccessToken }) {
  return isSameSession(page, token) ? takeNewer('overtaken', page, token) : undefined
}

function takeNewer(name: 'active' | 'overtaken', page: PageOf<'active'>, token: AccessToken) {
  return token.expiresAtMs > page.token.expiresAtMs ? take(name, token) : undefined
}

function isSameSession({ token }: PageOf<'active'>, { userId, sessionId }: AccessToken): boolean {
  return token.userId === userId && token.sessionId === sessionId
}
