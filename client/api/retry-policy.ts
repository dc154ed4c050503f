// When a failed query is retried automatically, and after how long.

import { readFailure } from './failure.ts'

const maxRetries = 3
const firstDelayMs = 1_000
const longestDelayMs = 15_000

/** No answer, and 503: both are temporary. What was refused would be refused again. */
export function shouldRetry(failures: number, error: unknown): boolean {
  return failures < maxRetries && readFailure(error).passes
}

/** As long as the server asks for, else 1, 2, 4 … seconds. */
export function retryDelayMs(attempt: number, error: unknown): number {
  const { retryAfterSeconds } = readFailure(error)
  if (retryAfterSeconds !== undefined) return retryAfterSeconds * 1_000
  return Math.min(firstDelayMs * 2 ** attempt, longestDelayMs)
}
