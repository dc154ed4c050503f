// Asks before every other session ends, and says how many. The safe answer has the focus.

import { useEffect, useRef } from 'react'
import { sessionsStrings as words } from '../../strings/sessions.ts'

interface EndOthersDialogProps {
  /** How many there are; the dialog is open while it is mounted. */
  count: number
  onAnswer: (answer: 'end' | 'stay') => void
}

export function EndOthersDialog({ count, onAnswer }: EndOthersDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)

  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])

  return (
    <dialog
      ref={dialog}
      aria-labelledby="others-question"
      aria-describedby="others-text"
      onCancel={(event) => {
        event.preventDefault()
        onAnswer('stay')
      }}
    >
      <h2 id="others-question">{words.othersHeading}</h2>
      <p id="others-text">{words.othersText(count)}</p>
      <div className="actions">
        <button type="button" className="btn" onClick={() => onAnswer('stay')}>
          {words.stay}
        </button>
        <button type="button" className="btn danger" onClick={() => onAnswer('end')}>
          {words.signOutCount(count)}
        </button>
      </div>
    </dialog>
  )
}
