// Asks before something ends that cannot be undone. The safe answer has the focus.

import type { ReactNode } from 'react'
import { ModalDialog } from './modal-dialog.tsx'

interface QuestionDialogProps {
  heading: string
  text: ReactNode
  /** The answers, each as a button says it. */
  no: string
  yes: string
  onAnswer: (isYes: boolean) => void
}

export function QuestionDialog({ heading, text, no, yes, onAnswer }: QuestionDialogProps) {
  return (
    <ModalDialog heading={heading} text={text} onCancel={() => onAnswer(false)}>
      <div className="actions">
        <button type="button" className="btn" onClick={() => onAnswer(false)}>
          {no}
        </button>
        <button type="button" className="btn danger" onClick={() => onAnswer(true)}>
          {yes}
        </button>
      </div>
    </ModalDialog>
  )
}
