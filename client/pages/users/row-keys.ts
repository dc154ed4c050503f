// The arrow keys in the list of users: from the search into the rows, and from row to row.

import type { KeyboardEvent } from 'react'

const linkSelector = 'table.users tbody .user-link'

/** In the search field, whose own arrow keys do nothing in one line. */
export function enterByArrow(event: KeyboardEvent): void {
  const isSearch = event.target instanceof HTMLInputElement
  if (event.key !== 'ArrowDown' || !isSearch || event.nativeEvent.isComposing) return
  focusRow(event, 0)
}

/** Up from the first row leads back to the search. */
export function moveByArrows(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  const row = (event.target as Element).closest('tr')
  if (step === undefined || !row || !(event.target as Element).matches('.user-link')) return
  const place = listLinks().findIndex((link) => row.contains(link))
  focusRow(event, place + step)
}

function focusRow(event: KeyboardEvent, place: number): void {
  const target = place < 0 ? document.getElementById('user-search') : listLinks()[place]
  if (!target) return
  event.preventDefault()
  target.focus()
}

function listLinks(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(linkSelector)]
}
