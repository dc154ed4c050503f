// Reading again whatever was written before one asked: one reading at a time, and no queue.

/**
 * An answer from before must not come over one from after, so they run one after the other. Never
 * share a reading that is under way: it may predate the caller's write. Who asks before the next one
 * has begun shares that, so that no queue grows while the database hangs.
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
