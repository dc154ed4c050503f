// Fields that were saved: they show what the server has, and no longer count as typed.

import { type RefObject, useEffect, useRef } from 'react'

/**
 * @param readAtMs when what the fields show was last loaded
 * @returns to be called once it is saved
 */
export function useSavedFields(
  form: RefObject<HTMLFormElement | null>,
  readAtMs: number,
): () => void {
  const wasSaved = useRef(false)
  useEffect(() => {
    if (readAtMs > 0 && wasSaved.current) form.current?.reset()
    wasSaved.current = false
  }, [readAtMs, form])
  return () => {
    wasSaved.current = true
  }
}
