// Waiting for a page to be seen, and for no longer than somebody waits.

export type Page = Pick<Document, 'visibilityState' | 'addEventListener'>

/** True as soon as the page is seen, false where nobody waits for that any more. */
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

/** Aborted when the page is hidden or nobody wants it any more. To be aborted when it is done with. */
export function whileSeen(page: Page, cancelled: AbortSignal): AbortController {
  const closed = new AbortController()
  const check = () => {
    if (page.visibilityState === 'hidden' || cancelled.aborted) closed.abort()
  }
  page.addEventListener('visibilitychange', check, closed)
  cancelled.addEventListener('abort', check, closed)
  return closed
}

/** Ends sooner where nobody waits for it any more. */
export function pause(milliseconds: number, cancelled: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    cancelled.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
