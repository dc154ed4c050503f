// The arguments after a command's name: read strictly, so that a slip is reported and never guessed at.

import { UsageError } from './usage-error.ts'

/** What `parseArgs` and others find wrong is the caller's mistake. @throws UsageError */
export function sayUsage<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** @throws UsageError where there is none, or more than one: `what` names it, as "username" */
export function readOnly([word, ...rest]: readonly string[], what: string): string {
  if (word === undefined || rest.length > 0) throw new UsageError(`One ${what} is needed`)
  return word
}
