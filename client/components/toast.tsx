// What has just happened: seen over the end of the page for a while, and read aloud. A failure stays.

import { useEffect, useState } from 'react'
import { toastStrings as words } from '../strings/toast.ts'

export interface Message {
  text: string
  isProblem: boolean
  /** Takes it back, where that can be done. */
  undo?: () => void
}

export const noMessage: Message = { text: '', isProblem: false }

/** In milliseconds; as long as it is pointed at or has the focus, it stays. */
const shownMs = 10_000

interface ToastProps {
  message: Message
  setMessage: (message: Message) => void
}

export function Toast({ message, setMessage }: ToastProps) {
  const [isHeld, setIsHeld] = useState(false)
  const { text, isProblem, undo } = message

  // Each message has its own time.
  useEffect(() => {
    if (message.text === '' || message.isProblem || isHeld) return
    const timer = setTimeout(() => setMessage(noMessage), shownMs)
    return () => clearTimeout(timer)
  }, [message, isHeld, setMessage])

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only waits while it is being read.
    <div
      className={isProblem ? 'toast bad' : 'toast'}
      onPointerEnter={() => setIsHeld(true)}
      onPointerLeave={() => setIsHeld(false)}
      onFocus={() => setIsHeld(true)}
      onBlur={() => setIsHeld(false)}
    >
      <p role="status">{text}</p>
      {undo && (
        <button
          type="button"
          className="btn"
          onClick={() => {
            setIsHeld(false)
            setMessage(noMessage)
            undo()
          }}
        >
          {words.undo}
        </button>
      )}
    </div>
  )
}
