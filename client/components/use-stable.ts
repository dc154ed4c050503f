// A function that is the same at every render, and does what the latest render says.

import { useCallback, useLayoutEffect, useRef } from 'react'

/** For rows that are drawn anew only where they change. */
export function useStable<Arguments extends unknown[]>(
  handler: (...values: Arguments) => void,
): (...values: Arguments) => void {
  const latest = useRef(handler)
  useLayoutEffect(() => {
    latest.current = handler
  })
  return useCallback((...values) => latest.current(...values), [])
}
