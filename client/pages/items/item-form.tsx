// The form for an item, new or changed. What was typed stays until the server has it.

import { type SubmitEvent, useEffect, useRef, useState } from 'react'
import type { Item } from '../../../server/contract/items/items.ts'
import { readFailure } from '../../api/failure.ts'
import { mayDiscard, useDraft } from '../../components/forms/use-draft.ts'
import { useFieldProblems } from '../../components/forms/use-field-problems.ts'
import { isEscape } from '../../components/is-escape.ts'
import { fieldStrings } from '../../strings/fields.ts'
import { ItemConflict } from './item-conflict.tsx'
import { itemsStrings as words } from './strings.ts'

interface ItemFormProps {
  heading: string
  /** What the fields begin with; absent for a new item. */
  item?: Item
  submitLabel: string
  /** Rejects with the call's own error. */
  onSubmit: (fields: ItemFields) => Promise<unknown>
  onCancel: () => void
}

interface ItemFields {
  title: string
  description: string
  /** That the form began from; absent for a new item. */
  version?: number
}

const labels = { title: words.title, description: words.description }

export function ItemForm({ heading, item, submitLabel, onSubmit, onCancel }: ItemFormProps) {
  const { problems, setProblems, ...fieldProblems } = useFieldProblems(labels)
  const [message, setMessage] = useState('')
  const [conflict, setConflict] = useState<Item>()
  const [busy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const draft = useDraft(itemDraftKey(item), form)

  useEffect(() => focusField(form.current, 'title'), [])

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    if (busy) return
    const fields = new FormData(event.currentTarget)
    const title = String(fields.get('title'))
    const version = item && { version: Number(fields.get(versionField)) }
    setMessage('')
    setProblems(title.trim() === '' ? { title: words.titleMissing } : {})
    if (title.trim() === '') return focusField(form.current, 'title')
    setBusy(true)
    try {
      await onSubmit({ title, description: String(fields.get('description')), ...version })
      draft.drop()
    } catch (error) {
      setBusy(false)
      explain(error)
    }
  }

  function explain(error: unknown) {
    const { message, reason, fields, current } = readFailure(error)
    const first = fieldProblems.explain(fields)
    if (first !== undefined) focusField(form.current, first)
    else if (reason === 'not_found') setMessage(words.gone)
    else if (current) compareWith(current as Item)
    else setMessage(`${message} ${fieldStrings.kept}`)
  }

  /** Saved again, the text takes the place of the one that it was compared with. */
  function compareWith(current: Item) {
    setConflict(current)
    setMessage(words.changedElsewhere)
    const version = form.current?.elements.namedItem(versionField)
    if (version instanceof HTMLInputElement) version.value = String(current.version)
  }

  function cancel() {
    draft.drop()
    onCancel()
  }

  async function askToClose() {
    if (await mayDiscard(form.current)) cancel()
  }

  const label = conflict ? words.saveMine : submitLabel
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
        // Enter alone begins a new line in a description.
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault()
          form.current?.requestSubmit()
        }
        if (!isEscape(event) || busy) return
        // It would answer the question.
        event.preventDefault()
        void askToClose()
      }}
    >
      <h2 id={idOf('heading')}>
        <bdi>{heading}</bdi>
      </h2>
      {item && <input type="text" hidden name={versionField} defaultValue={item.version} />}
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
      {conflict && <ItemConflict current={conflict} onTakeCurrent={cancel} />}
      <div className="actions">
        <button type="submit" className="btn primary" aria-disabled={busy}>
          {busy ? words.saving : label}
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

/** Kept with a draft: what was typed before a reload was made from that version. */
const versionField = 'version'

/** A new item's by default. */
export function itemDraftKey(item?: Item): string {
  return `item ${item?.id ?? 'new'}`
}

function focusField(form: HTMLFormElement | null, name: string): void {
  const field = form?.elements.namedItem(name)
  if (field instanceof HTMLElement) field.focus()
}
