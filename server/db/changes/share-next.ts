// Reads again everything that was written before the call: one read at a time, and no queue.

/**
 * An older answer must not overwrite a newer one, so reads run one after the other. Never share an
 * in-flight read: it may predate the caller's write. Callers that ask before the next one has begun
 * share that, so that no queue grows while the database hangs.
 */
export function shareNext(read: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  return () => {
    next ??= last.then(() => {
      next = undefined
      return read()
    })
    last = next.catch(() => {})
    return next
  }
}
