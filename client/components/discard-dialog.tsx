// Asks before what was typed goes: the page is being left, or its form closed.

import { discardQuestion } from '../session/question.ts'
import { discardStrings as words } from '../strings/discard.ts'
import { QuestionDialog } from './question-dialog.tsx'

export default function DiscardDialog() {
  return (
    <QuestionDialog
      heading={words.heading}
      text={words.text}
      no={words.stay}
      yes={words.discard}
      onAnswer={discardQuestion.settle}
    />
  )
}
