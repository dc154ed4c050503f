// Keeps the focus in a list whose rows disappear, by our own action or not: the next row then gets it.

import { useEffect, useRef } from 'react'

interface RowFocusOptions {
  ids: readonly string[]
  rowId: (id: string) => string
  /** Gets it where no row is left. */
  headingId: string
}

/** Returns what every row calls when the focus comes into it. */
export function useRowFocus({ ids, rowId, headingId }: RowFocusOptions): (id: string) => void {
  const last = useRef<{ id: string; index: number }>(undefined)

  // After every render: only then is it known which row has disappeared.
  useEffect(() => {
    if (!last.current) return
    const { id, index } = last.current
    if (ids.includes(id)) {
      last.current = { id, index: ids.indexOf(id) }
      return
    }
    last.current = undefined
    // A user who has moved the focus elsewhere is left there.
    if (document.activeElement !== document.body) return
    const next = ids[index] ?? ids.at(-1)
    const row = next === undefined ? null : document.getElementById(rowId(next))
    const target = row?.querySelector('button') ?? row ?? document.getElementById(headingId)
    target?.focus()
  })

  return (id) => {
    last.current = { id, index: ids.indexOf(id) }
  }
}
