// A dialog that does one thing to a user: what was typed stays until the server has done it.

import { type ReactNode, type SubmitEvent, useEffect, useRef, useState } from 'react'
import { readFailure } from '../../api/failure.ts'
import { mayDiscard, useDraft } from '../../components/forms/use-draft.ts'
import { type FieldProblems, useFieldProblems } from '../../components/forms/use-field-problems.ts'
import { ModalDialog } from '../../components/modal-dialog.tsx'
import { fieldStrings } from '../../strings/fields.ts'
import { usersStrings as words } from '../../strings/users.ts'

export interface FormDialogProps {
  heading: string
  text?: ReactNode
  submitLabel: string
  /** Removes something that the same button cannot give back. */
  isDanger?: boolean
  /** What the fields are called, by their names. */
  labels?: Readonly<Record<string, string>>
  /** Rejects with the call's own error. */
  onSubmit: (fields: FormData) => Promise<unknown>
  onClose: () => void
  children?: (problems: FieldProblems) => ReactNode
}

const none = {}

/** Open while it is mounted. */
export function FormDialog(props: FormDialogProps) {
  const { heading, text, submitLabel, isDanger = false, labels = none, children } = props
  const { onSubmit, onClose } = props
  const form = useRef<HTMLFormElement>(null)
  const { problems, setProblems, ...fieldProblems } = useFieldProblems(labels)
  const [message, setMessage] = useState('')
  const [busy, setBusy] = useState(false)
  const draft = useDraft(heading, form)
  const wantedField = useRef<string>(undefined)

  // After rendering: the field may only now be there.
  useEffect(() => {
    const field = form.current?.elements.namedItem(wantedField.current ?? '')
    wantedField.current = undefined
    if (field instanceof HTMLElement) field.focus()
  })

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    if (busy) return
    setMessage('')
    setProblems(none)
    setBusy(true)
    try {
      await onSubmit(new FormData(event.currentTarget))
      draft.drop()
      onClose()
    } catch (error) {
      setBusy(false)
      explain(error)
    }
  }

  function explain(error: unknown) {
    const { message, reason, fields } = readFailure(error)
    wantedField.current = fieldProblems.explain(fields)
    if (wantedField.current !== undefined) return
    const said = reason === 'reauthentication_required' ? words.notProved : message
    setMessage(children ? `${said} ${fieldStrings.kept}` : said)
  }

  function close() {
    if (busy) return
    draft.drop()
    onClose()
  }

  async function askToClose() {
    if (await mayDiscard(form.current)) close()
  }

  return (
    <ModalDialog
      className="form-dialog"
      heading={<bdi>{heading}</bdi>}
      text={text}
      onCancel={() => void askToClose()}
    >
      <form
        ref={form}
        noValidate
        onSubmit={(event) => void submit(event)}
        onInput={fieldProblems.onInput}
      >
        {children?.(problems)}
        {draft.isRestored && <p className="note">{fieldStrings.restored}</p>}
        <p className="form-message" role="alert">
          {message}
        </p>
        <div className="actions">
          <button type="button" className="btn" aria-disabled={busy} onClick={close}>
            {words.cancel}
          </button>
          <button
            type="submit"
            className={isDanger ? 'btn danger' : 'btn primary'}
            aria-disabled={busy}
          >
            {submitLabel}
          </button>
        </div>
      </form>
    </ModalDialog>
  )
}
