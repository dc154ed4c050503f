// The one session of this page, and what ties it to the browser: cookie, tabs, input, way out.

import { isPublicPath } from '../../server/contract/app-pages.ts'
import { pagePaths } from '../../server/contract/pages.ts'
import { authClient } from './auth-client.ts'
import { dropDrafts } from './drafts.ts'
import { isFreshFromForm } from './fresh-sign-in.ts'
import { guardUnsavedWork, leaveWithoutAsking } from './leave-guard.ts'
import { takeRefreshTurn } from './refresh-turn.ts'
import { createSession } from './session.ts'
import type { LeaveReason } from './session-state.ts'
import { openTabChannel } from './tab-channel.ts'
import { joinTabs } from './tabs.ts'
import { hasUnsavedWork } from './unsaved-work.ts'

export const session = createSession({
  // The cookie does the work: no script sees the refresh token (R69).
  refresh: (signal) => authClient.auth.refresh.mutate(undefined, { signal }),
  logout: () => authClient.auth.logout.mutate(),
  tabs: joinTabs({
    channel: openTabChannel('keycard:session'),
    takeTurn: takeRefreshTurn,
    onSignedOut: () => session.signedOutElsewhere(),
    onToken: (response) => session.takeFromTab(response),
  }),
  hasUnsavedWork,
  leave,
  now: () => performance.now(),
})

/** Called once, as early as the page can. */
export function startSession(): void {
  retrySession()
  guardUnsavedWork()
  for (const type of ['pointerdown', 'keydown']) {
    addEventListener(type, () => session.noteInput(), { capture: true, passive: true })
  }
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) checkRestoredPage()
  })
  document.addEventListener('visibilitychange', () => session.wake())
  addEventListener('focus', () => session.wake())
  addEventListener('online', () => session.reconnect())
}

/** The outcome is in the session's state. */
export function retrySession(): void {
  session.renew().catch(() => undefined)
}

/**
 * A page out of the back/forward cache did not hear what happened meanwhile: nothing of it is shown
 * until the session is known to be alive (R76).
 */
function checkRestoredPage(): void {
  document.body.hidden = true
  session.renew().then(
    () => {
      document.body.hidden = false
    },
    () => location.reload(),
  )
}

/** For a page that needs a session while there is none: a link on a public page led to it. */
export function requireSignIn(): void {
  if (!isLeaving) leave('not-signed-in')
}

let isLeaving = false

/** By a full navigation, so that nothing of this page's memory is left. */
function leave(reason: LeaveReason): void {
  leaveWithoutAsking()
  if (reason !== 'expired') dropDrafts()
  const isPublic = isPublicPath(location.pathname)
  isLeaving = !(reason === 'not-signed-in' && isPublic)
  if (!isLeaving) return
  if (reason === 'another-user' || (reason !== 'signed-out' && isPublic)) {
    location.reload()
    return
  }
  const query = new URLSearchParams()
  if (reason !== 'not-signed-in') query.set('reason', reason)
  else if (isFreshFromForm()) query.set('reason', 'no-cookie')
  if (reason !== 'signed-out')
    query.set('next', location.pathname + location.search + location.hash)
  location.replace(`${pagePaths.signIn}?${query}`)
}
