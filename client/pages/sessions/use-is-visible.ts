// Whether anybody can see this page: a browser has few connections to us, and hidden tabs need none.

import { useSyncExternalStore } from 'react'

export function useIsVisible(): boolean {
  return useSyncExternalStore(subscribe, () => document.visibilityState === 'visible')
}

function subscribe(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener)
  return () => document.removeEventListener('visibilitychange', listener)
}
