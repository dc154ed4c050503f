// Seconds that are left, counted by the clock: a laptop that slept is not behind afterwards.

import { useEffect, useEffectEvent, useState } from 'react'

export function useCountdown(onEnd: () => void) {
  const [endsAtMs, setEndsAtMs] = useState(0)
  const [secondsLeft, setSecondsLeft] = useState(0)
  const end = useEffectEvent(onEnd)

  useEffect(() => {
    if (endsAtMs === 0) return
    const timer = setInterval(() => {
      const left = Math.max(0, Math.ceil((endsAtMs - Date.now()) / 1_000))
      setSecondsLeft(left)
      if (left > 0) return
      setEndsAtMs(0)
      end()
    }, 250)
    return () => clearInterval(timer)
  }, [endsAtMs])

  return {
    secondsLeft,
    start(seconds: number) {
      setSecondsLeft(seconds)
      setEndsAtMs(Date.now() + seconds * 1_000)
    },
  }
}

/** 75 → '1:15'. */
export function formatCountdown(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
