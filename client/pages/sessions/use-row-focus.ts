// Focus stays in a list of which rows go away, by our own doing or not: the next row has it then.

import { useEffect, useRef } from 'react'

interface RowFocusOptions {
  ids: readonly string[]
  rowId: (id: string) => string
  /** Has it where no row is left. */
  headingId: string
}

/** Gives what every row calls when the focus comes into it. */
export function useRowFocus({ ids, rowId, headingId }: RowFocusOptions): (id: string) => void {
  const last = useRef<{ id: string; index: number }>(undefined)

  // After every drawing: only then is it known which row has gone.
  useEffect(() => {
    if (!last.current) return
    const { id, index } = last.current
    if (ids.includes(id)) {
      last.current = { id, index: ids.indexOf(id) }
      return
    }
    last.current = undefined
    // Somebody who has gone on to another place is left there.
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
