// The form for an item, new or changed. What was typed stays until the server has it.

import { type SubmitEvent, useEffect, useRef, useState } from 'react'
import type { Item } from '../../../server/contract/items/items.ts'
import { readFailure } from '../../api/failure.ts'
import { mayDiscard, useDraft } from '../../components/forms/use-draft.ts'
import { useFieldProblems } from '../../components/forms/use-field-problems.ts'
import { isEscape } from '../../components/is-escape.ts'
import { fieldStrings } from '../../strings/fields.ts'
import { itemsStrings as words } from './strings.ts'

interface ItemFormProps {
  heading: string
  /** What the fields begin with; absent for a new item. */
  item?: Item
  submitLabel: string
  /** Rejects with the call's own error. */
  onSubmit: (fields: { title: string; description: string }) => Promise<unknown>
  onCancel: () => void
}

const labels = { title: words.title, description: words.description }

export function ItemForm({ heading, item, submitLabel, onSubmit, onCancel }: ItemFormProps) {
  const { problems, setProblems, ...fieldProblems } = useFieldProblems(labels)
  const [message, setMessage] = useState('')
  const [busy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const draft = useDraft(itemDraftKey(item), form)

  useEffect(() => focusField(form.current, 'title'), [])

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    if (busy) return
    const fields = new FormData(event.currentTarget)
    const title = String(fields.get('title'))
    setMessage('')
    setProblems(title.trim() === '' ? { title: words.titleMissing } : {})
    if (title.trim() === '') return focusField(form.current, 'title')
    setBusy(true)
    try {
      await onSubmit({ title, description: String(fields.get('description')) })
      draft.drop()
    } catch (error) {
      setBusy(false)
      explain(error)
    }
  }

  function explain(error: unknown) {
    const { message, reason, fields } = readFailure(error)
    const first = fieldProblems.explain(fields)
    if (first !== undefined) focusField(form.current, first)
    else if (reason === 'not_found') setMessage(words.gone)
    else setMessage(`${message} ${fieldStrings.kept}`)
  }

  function cancel() {
    draft.drop()
    onCancel()
  }

  async function askToClose() {
    if (await mayDiscard(form.current)) cancel()
  }

  const idOf = (field: string) => `${field}-${item?.id ?? 'new'}`

  return (
    <form
      ref={form}
      className="item-form"
      aria-labelledby={idOf('heading')}
      noValidate
      onSubmit={(event) => void submit(event)}
      onInput={fieldProblems.onInput}
      onKeyDown={(event) => {
        if (!isEscape(event) || busy) return
        // It would answer the question.
        event.preventDefault()
        void askToClose()
      }}
    >
      <h2 id={idOf('heading')}>
        <bdi>{heading}</bdi>
      </h2>
      <div className="field">
        <label htmlFor={idOf('title')}>{words.title}</label>
        <input
          id={idOf('title')}
          type="text"
          name="title"
          dir="auto"
          autoComplete="off"
          defaultValue={item?.title}
          required
          aria-invalid={problems.title !== undefined}
          aria-describedby={idOf('title-note')}
        />
        <p id={idOf('title-note')} className="field-note bad">
          {problems.title}
        </p>
      </div>
      <div className="field">
        <label htmlFor={idOf('description')}>
          {words.description} <span className="optional">{words.optional}</span>
        </label>
        <textarea
          id={idOf('description')}
          name="description"
          dir="auto"
          rows={3}
          defaultValue={item?.description}
          aria-invalid={problems.description !== undefined}
          aria-describedby={idOf('description-note')}
        />
        <p id={idOf('description-note')} className="field-note bad">
          {problems.description}
        </p>
      </div>
      {draft.isRestored && <p className="note">{fieldStrings.restored}</p>}
      <p className="form-message" role="alert">
        {message}
      </p>
      <div className="actions">
        <button type="submit" className="btn primary" aria-disabled={busy}>
          {busy ? words.saving : submitLabel}
        </button>
        <button
          type="button"
          className="btn"
          aria-disabled={busy}
          onClick={() => {
            if (!busy) cancel()
          }}
        >
          {words.cancel}
        </button>
      </div>
    </form>
  )
}

/** A new item's by default. */
export function itemDraftKey(item?: Item): string {
  return `item ${item?.id ?? 'new'}`
}

function focusField(form: HTMLFormElement | null, name: string): void {
  const field = form?.elements.namedItem(name)
  if (field instanceof HTMLElement) field.focus()
}
