// How long a wait has lasted, in three steps: a spinner is noise at first, and not enough at last.

import { useEffect, useState } from 'react'

export type SlowHint = 'short' | 'spinning' | 'long'

const spinnerAfterMs = 300
const longAfterMs = 8_000

export function useSlowHint(waiting: boolean): SlowHint {
  const [slowHint, setSlowHint] = useState<SlowHint>('short')

  useEffect(() => {
    if (!waiting) return
    const timers = [
      setTimeout(() => setSlowHint('spinning'), spinnerAfterMs),
      setTimeout(() => setSlowHint('long'), longAfterMs),
    ]
    return () => {
      timers.forEach(clearTimeout)
      setSlowHint('short')
    }
  }, [waiting])

  return slowHint
}
