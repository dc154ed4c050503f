// Whether a sign-in has just led here: if there is no session then, the browser keeps no cookie.

import { pagePaths } from '../../server/contract/pages.ts'

/** Not by Back or by a reload: they keep the referrer, and the session may have ended since. */
export function isFreshFromForm(): boolean {
  const [navigation] = performance.getEntriesByType('navigation')
  if (!(navigation instanceof PerformanceNavigationTiming)) return false
  const [cameFrom = ''] = document.referrer.split('?', 1)
  return navigation.type === 'navigate' && formAddresses.includes(cameFrom)
}

const formAddresses = [pagePaths.signIn, pagePaths.register].map((path) => location.origin + path)
