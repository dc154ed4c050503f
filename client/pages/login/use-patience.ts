// How long a wait has lasted, in three steps: a spinner is noise at first, and too little at last.

import { useEffect, useState } from 'react'

export type Patience = 'short' | 'spinning' | 'long'

const spinnerAfterMs = 300
const longAfterMs = 8_000

export function usePatience(waiting: boolean): Patience {
  const [patience, setPatience] = useState<Patience>('short')

  useEffect(() => {
    if (!waiting) return
    const timers = [
      setTimeout(() => setPatience('spinning'), spinnerAfterMs),
      setTimeout(() => setPatience('long'), longAfterMs),
    ]
    return () => {
      timers.forEach(clearTimeout)
      setPatience('short')
    }
  }, [waiting])

  return patience
}
