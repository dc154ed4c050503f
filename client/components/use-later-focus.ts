// Focus for an element that the next render brings.

import { useEffect, useReducer, useRef } from 'react'

/**
 * Returns a function that focuses the element of an id: at once, or as soon as it has been
 * rendered.
 */
export function useLaterFocus(): (id: string) => void {
  const wanted = useRef<string>(undefined)
  const [, drawAgain] = useReducer((count: number) => count + 1, 0)
  // After every render: a frame or a timer would be too early on a busy machine.
  useEffect(() => {
    const element = wanted.current && document.getElementById(wanted.current)
    if (!element) return
    wanted.current = undefined
    element.focus()
  })
  return (id) => {
    wanted.current = id
    drawAgain()
  }
}
