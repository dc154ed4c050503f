// A dialog over the page, open while it is mounted: its name, its text, and its way out.

import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import { isEscape } from './is-escape.ts'

interface ModalDialogProps {
  className?: string
  heading: ReactNode
  text?: ReactNode
  /** Escape, or whatever else the browser treats as such. */
  onCancel: () => void
  children: ReactNode
}

export function ModalDialog({ className, heading, text, onCancel, children }: ModalDialogProps) {
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)

  // Closed before it goes, so that the browser returns the focus to where it was.
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])

  return (
    <dialog
      ref={dialog}
      className={className}
      aria-labelledby={`${id}-heading`}
      aria-describedby={text ? `${id}-text` : undefined}
      onKeyDown={(event) => {
        // Not left to the browser: asked twice in a row, it closes the dialog itself.
        if (!isEscape(event)) return
        event.preventDefault()
        onCancel()
      }}
      onCancel={(event) => {
        event.preventDefault()
        onCancel()
      }}
    >
      <h2 id={`${id}-heading`}>{heading}</h2>
      {text && <p id={`${id}-text`}>{text}</p>}
      {children}
    </dialog>
  )
}
