// A write that reports its batch's commit: what must follow a change cannot be forgotten after it.

import type { Compilable } from 'kysely'

/** What a write of a batch has done. */
export interface WriteOutcome {
  changedRows: bigint
  /** What it returns; none where it returns nothing. */
  rows: readonly unknown[]
}

interface CommittedWrite extends Compilable {
  onCommitted(rows: readonly unknown[]): void
}

/** @param listener gets what the write returns; it must not throw, for the batch has happened */
export function onCommitted<Row>(
  write: Compilable<Row>,
  listener: (rows: readonly Row[]) => void,
): Compilable {
  const committed: CommittedWrite = {
    compile: () => write.compile(),
    onCommitted: (rows) => listener(rows as readonly Row[]),
  }
  return committed
}

/**
 * For a batch that has committed, with the outcome of each of its writes.
 * @returns the number of rows that each one changed
 */
export function finishBatch(
  writes: readonly Compilable[],
  outcomes: readonly WriteOutcome[],
): bigint[] {
  for (const [index, write] of writes.entries()) {
    if ('onCommitted' in write) {
      ;(write as CommittedWrite).onCommitted(outcomes[index]?.rows ?? [])
    }
  }
  return outcomes.slice(0, writes.length).map(({ changedRows }) => changedRows)
}
