// What a command of `npm run keycard` is.

import type { Config } from '../config.ts'

export interface Command {
  /** How it is called, from its name on. */
  usage: string
  /** A sentence or two; the help wraps them. */
  summary: string
  /**
   * @returns what to print: a text without its last newline, or parts of a long one as they come
   * @throws UsageError, AppError where a rule is broken, StartError
   */
  run(words: string[], config: Config): Promise<string> | AsyncIterable<string>
}
