// Copies a text, and says so on itself for a moment.

import { useEffect, useState } from 'react'
import { copyStrings as words } from '../strings/copy.ts'

const saysSoMs = 2_000

/** `read` gives the text when it is copied. */
export function CopyButton({ read }: { read: () => string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle')

  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), saysSoMs)
    return () => clearTimeout(timer)
  }, [state])

  async function copy() {
    // Refused without the user's permission, and absent over http.
    const isCopied = await navigator.clipboard?.writeText(read()).then(
      () => true,
      () => false,
    )
    setState(isCopied ? 'copied' : 'refused')
  }

  return (
    <button type="button" className="btn copy" aria-live="polite" onClick={() => void copy()}>
      {words[state]}
    </button>
  )
}
