// Whether a sign-in has just led here: if there is no session then, the browser keeps no cookie.

import { lostCookieMark, pagePaths } from '../../server/contract/pages.ts'

/** Not by Back or by a reload: they keep the referrer, and the session may have ended since. */
export function isFreshFromForm(): boolean {
  // Firefox can be configured to have no such entries, and no class of them.
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  const [cameFrom = ''] = document.referrer.split('?', 1)
  const isMarked = document.documentElement.hasAttribute(lostCookieMark)
  return navigation?.type === 'navigate' && (isMarked || formAddresses.includes(cameFrom))
}

const formAddresses = [pagePaths.signIn, pagePaths.register].map((path) => location.origin + path)
