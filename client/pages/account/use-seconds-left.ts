// How long a token is still valid, second by second, by the clock its expiry was measured with.

import { useEffect, useState } from 'react'

/** 0 once it has expired. `expiresAtMs` is on the scale of `performance.now`. */
export function useSecondsLeft(expiresAtMs: number): number {
  const [nowMs, setNowMs] = useState(() => performance.now())

  useEffect(() => {
    const read = () => setNowMs(performance.now())
    read()
    const timer = setInterval(read, 1_000)
    return () => clearInterval(timer)
  }, [])

  return Math.max(0, Math.ceil((expiresAtMs - nowMs) / 1_000))
}
