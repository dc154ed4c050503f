// Waits for a page to be visible, and only as long as the result is wanted.

export interface Page {
  readonly visibilityState: DocumentVisibilityState
  addEventListener(
    type: 'visibilitychange',
    listener: () => void,
    options?: { signal: AbortSignal },
  ): void
}

/** As much of `window` as it takes to know whether its page is visible. */
export interface PageWindow {
  readonly document: Pick<Document, 'visibilityState'>
  addEventListener(type: string, listener: () => void): void
}

/**
 * A page that is left or frozen, or kept in the back/forward cache, counts as hidden, whatever else
 * it hears: anything it holds would be held until it comes back.
 */
export function watchPage(window: PageWindow): Page {
  const changes = new EventTarget()
  let isAway = false
  const note = (isAwayNow = isAway) => {
    isAway = isAwayNow
    changes.dispatchEvent(new Event('visibilitychange'))
  }
  // It bubbles.
  window.addEventListener('visibilitychange', () => note())
  for (const type of ['pagehide', 'freeze']) window.addEventListener(type, () => note(true))
  for (const type of ['pageshow', 'resume']) window.addEventListener(type, () => note(false))
  return {
    get visibilityState() {
      return isAway ? 'hidden' : window.document.visibilityState
    },
    addEventListener: (...listening) => changes.addEventListener(...listening),
  }
}

/** True as soon as the page is visible, false where the caller gives up before. */
export function untilSeen(page: Page, cancelled: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const seen = new AbortController()
    const check = () => {
      if (page.visibilityState === 'hidden' && !cancelled.aborted) return
      seen.abort()
      resolve(!cancelled.aborted)
    }
    page.addEventListener('visibilitychange', check, seen)
    cancelled.addEventListener('abort', check, seen)
    check()
  })
}

/** Aborted when the page is hidden or the caller gives up. The caller aborts it when done. */
export function whileSeen(page: Page, cancelled: AbortSignal): AbortController {
  const closed = new AbortController()
  const check = () => {
    if (page.visibilityState === 'hidden' || cancelled.aborted) closed.abort()
  }
  page.addEventListener('visibilitychange', check, closed)
  cancelled.addEventListener('abort', check, closed)
  return closed
}

/** Ends sooner where the caller gives up. */
export function pause(milliseconds: number, cancelled: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      cancelled.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    cancelled.addEventListener('abort', end)
  })
}
