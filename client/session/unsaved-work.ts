// Whether something would be lost with the page: a changed field, or work that a component names.

import { useEffect } from 'react'

const namedWork = new Set<symbol>()

/**
 * Checked only when the page is to go: nothing has to keep count while the user types. A page that
 * waits to be shown again has none: no one may see it (R76).
 */
export function hasUnsavedWork(): boolean {
  return !document.body.hidden && (namedWork.size > 0 || [...document.forms].some(isChanged))
}

/**
 * For work that no field of a form holds, or only a controlled one: React moves its default along
 * with its value. As long as it is unsaved, the page stays at expiry (ui.md 31).
 * @public for the pages of builders: docs/building.md
 */
export function useUnsavedWork(isUnsaved: boolean): void {
  useEffect(() => {
    if (!isUnsaved) return
    const work = Symbol('unsaved work')
    namedWork.add(work)
    return () => {
      namedWork.delete(work)
    }
  }, [isUnsaved])
}

export function isChanged(form: HTMLFormElement): boolean {
  return [...form.elements].some((field) => {
    if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue
    if (field instanceof HTMLSelectElement) return isChosen(field)
    if (!(field instanceof HTMLInputElement)) return false
    if (field.type === 'checkbox' || field.type === 'radio') {
      return field.checked !== field.defaultChecked
    }
    // A search text is not work.
    return field.type !== 'search' && field.value !== field.defaultValue
  })
}

/** Without a default the browser chooses the first. */
function isChosen({ options, selectedIndex }: HTMLSelectElement): boolean {
  const byDefault = [...options].findIndex((option) => option.defaultSelected)
  return selectedIndex !== Math.max(byDefault, 0)
}
