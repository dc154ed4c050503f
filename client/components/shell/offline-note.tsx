// Says on any page that the browser is offline: that signs no one out.

import { useSyncExternalStore } from 'react'
import { strings } from '../../strings/shell.ts'

export function OfflineNote() {
  const isOnline = useSyncExternalStore(subscribeToNetwork, () => navigator.onLine)
  return (
    <p className={isOnline ? 'visually-hidden' : 'offline-note'} role="status">
      {!isOnline && strings.shell.offline}
    </p>
  )
}

function subscribeToNetwork(listener: () => void): () => void {
  addEventListener('online', listener)
  addEventListener('offline', listener)
  return () => {
    removeEventListener('online', listener)
    removeEventListener('offline', listener)
  }
}
