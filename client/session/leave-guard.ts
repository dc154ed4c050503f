// Asks before a page is left with something typed in it that is not saved.

import { discardQuestion } from './question.ts'
import { hasUnsavedWork } from './unsaved-work.ts'

/** From a yes until the user types again. */
let mayLeave = false

/** Also for a session that is over: whoever comes next must not see the page (R76). */
export function leaveWithoutAsking(): void {
  mayLeave = true
}

/** @returns whether nothing would be lost, or the user lets it go */
export async function maySafelyLeave(): Promise<boolean> {
  if (!hasUnsavedWork()) return true
  mayLeave = await discardQuestion.ask()
  return mayLeave
}

export function guardUnsavedWork(): void {
  addEventListener('input', () => {
    mayLeave = false
  })
  // A reload, a closed tab, another site: the browser asks, in its own words.
  addEventListener('beforeunload', (event) => {
    if (!mayLeave && hasUnsavedWork()) event.preventDefault()
  })
  // Before the router hears of it.
  addEventListener('click', holdLink, { capture: true })
}

function holdLink(event: MouseEvent): void {
  const link = event.target instanceof Element && event.target.closest('a')
  if (!link || mayLeave || !leadsAway(link, event) || !hasUnsavedWork()) return
  event.preventDefault()
  event.stopPropagation()
  const address = location.href
  void maySafelyLeave().then((isYes) => {
    if (isYes) link.click()
    // By the router: this page stays, and so does its guard.
    if (location.href !== address) mayLeave = false
  })
}

/** In this tab, to another page of ours. */
function leadsAway(link: HTMLAnchorElement, click: MouseEvent): boolean {
  const isPlain = !(click.metaKey || click.ctrlKey || click.shiftKey || click.altKey)
  const isHere = link.pathname + link.search === location.pathname + location.search
  return isPlain && !isHere && link.origin === location.origin && !link.target && !link.download
}
