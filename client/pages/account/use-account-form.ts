// One form of the account page: what was typed stays until the server has it.

import { type SubmitEvent, useRef, useState } from 'react'
import { readFailure } from '../../api/failure.ts'
import { useDraft } from '../../components/forms/use-draft.ts'
import { useFieldProblems } from '../../components/forms/use-field-problems.ts'
import { useLaterFocus } from '../../components/use-later-focus.ts'
import { accountStrings } from '../../strings/account.ts'
import { fieldStrings } from '../../strings/fields.ts'

const words = accountStrings.form

interface AccountFormOptions {
  /** Prefix of the ids of its fields. */
  name: string
  /** What the fields are called, by their names on the wire. */
  labels: Readonly<Record<string, string>>
  /** The message for a required field that is empty. */
  missing?: Readonly<Record<string, string>>
  /**
   * Resolves with a sentence that says what has happened; rejects with the call's own error.
   * `currentPassword` is undefined where the form does not ask for it.
   */
  send: (form: HTMLFormElement, currentPassword: string | undefined) => Promise<string>
}

export function useAccountForm({ name, labels, missing = {}, send }: AccountFormOptions) {
  const ref = useRef<HTMLFormElement>(null)
  const focusLater = useLaterFocus()
  const [busy, setBusy] = useState(false)
  const { problems, setProblems, ...fieldProblems } = useFieldProblems(labels)
  const [message, setMessage] = useState('')
  const [done, setDone] = useState('')
  const draft = useDraft(name, ref)

  const idOf = (field: string) => `${name}-${field}`

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    if (busy) return
    const element = event.currentTarget
    const empty = findMissing(element)
    setProblems(empty)
    setMessage('')
    setDone('')
    const [first] = Object.keys(empty)
    if (first !== undefined) return focusLater(idOf(first))
    setBusy(true)
    try {
      setDone(await send(element, readCurrentPassword(element)))
      draft.drop()
    } catch (error) {
      explain(error)
    }
    setBusy(false)
  }

  function findMissing(element: HTMLFormElement): Record<string, string> {
    const sentences = { ...missing, current_password: words.currentPasswordMissing }
    const empty = Object.entries(sentences).filter(([field]) => {
      const input = element.elements.namedItem(field)
      return input instanceof HTMLInputElement && input.required && input.value === ''
    })
    return Object.fromEntries(empty)
  }

  function explain(error: unknown) {
    const { message, reason, fields, retryAfterSeconds = 1 } = readFailure(error)
    if (reason === 'reauthentication_required') {
      setMessage(`${words.notProved} ${fieldStrings.kept}`)
    } else if (reason === 'invalid_credentials') {
      setProblems({ current_password: words.wrongPassword })
      emptyField(ref.current, 'current_password')
      focusLater(idOf('current_password'))
    } else if (reason === 'too_many_requests') {
      setMessage(words.tooMany(retryAfterSeconds))
    } else {
      const first = fieldProblems.explain(fields)
      if (first !== undefined) focusLater(idOf(first))
      else setMessage(`${message} ${fieldStrings.kept}`)
    }
  }

  return {
    ref,
    idOf,
    busy,
    problems,
    message,
    done: done || (draft.isRestored ? fieldStrings.restored : ''),
    /** Onto the form. */
    handlers: {
      onSubmit: (event: SubmitEvent<HTMLFormElement>) => void submit(event),
      onInput: fieldProblems.onInput,
    },
  }
}

export type AccountForm = ReturnType<typeof useAccountForm>

function readCurrentPassword(form: HTMLFormElement): string | undefined {
  const password = new FormData(form).get('current_password')
  return typeof password === 'string' ? password : undefined
}

function emptyField(form: HTMLFormElement | null, name: string): void {
  const input = form?.elements.namedItem(name)
  if (input instanceof HTMLInputElement) input.value = ''
}
