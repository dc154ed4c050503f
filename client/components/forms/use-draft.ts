// A form's draft: what was typed comes back after a reload, until it is saved or given up.

import { type RefObject, useLayoutEffect, useState } from 'react'
import { type Draft, nameDraft, readDraft, writeDraft } from '../../session/drafts.ts'
import { discardQuestion } from '../../session/question.ts'
import { isChanged } from '../../session/unsaved-work.ts'
import { useAccessToken } from '../../session/use-session.ts'

/** @param key names the form, and what it is about */
export function useDraft(key: string, form: RefObject<HTMLFormElement | null>) {
  const name = useDraftName(key)
  const [isRestored, setIsRestored] = useState(false)

  useLayoutEffect(() => {
    const element = form.current
    if (!element) return
    const draft = readDraft(name)
    for (const field of textFieldsOf(element)) field.value = draft[field.name] ?? field.value
    setIsRestored(Object.keys(draft).length > 0)
    const save = () => writeDraft(name, readTexts(element))
    element.addEventListener('input', save)
    return () => element.removeEventListener('input', save)
  }, [name, form])

  return {
    isRestored,
    /** Once it is saved, or given up. */
    drop() {
      writeDraft(name, {})
      setIsRestored(false)
    },
  }
}

export function useHasDraft(key: string): boolean {
  const name = useDraftName(key)
  return Object.keys(readDraft(name)).length > 0
}

/** @returns whether nothing would be lost, or the user lets it go */
export async function mayDiscard(form: HTMLFormElement | null): Promise<boolean> {
  return form === null || !isChanged(form) || discardQuestion.ask()
}

function useDraftName(key: string): string {
  return nameDraft(useAccessToken()?.userId ?? '', key)
}

/** What differs from its default; with it the hidden fields, which say what it was made from. */
function readTexts(form: HTMLFormElement): Draft {
  const fields = textFieldsOf(form)
  if (fields.every(({ value, defaultValue }) => value === defaultValue)) return {}
  const kept = fields.filter(({ hidden, value, defaultValue }) => hidden || value !== defaultValue)
  return Object.fromEntries(kept.map(({ name, value }) => [name, value]))
}

/** Never a password, shown or not: a draft is stored as it is. */
function textFieldsOf(form: HTMLFormElement) {
  return [...form.elements].filter(
    (field) =>
      field instanceof HTMLTextAreaElement ||
      (field instanceof HTMLInputElement && textTypes.has(field.type) && !isSecret(field)),
  ) as (HTMLInputElement | HTMLTextAreaElement)[]
}

const textTypes: ReadonlySet<string> = new Set(['text', 'email', 'tel', 'url'])

function isSecret({ name, autocomplete, readOnly }: HTMLInputElement): boolean {
  return readOnly || /password|secret|token|one-time-code|^cc-/.test(`${autocomplete} ${name}`)
}
