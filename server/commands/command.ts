// What a command of `npm run keycard` is.

import type { Config } from '../config.ts'

export interface Command {
  /** How it is called, from its name on. */
  usage: string
  /** One sentence. */
  summary: string
  /**
   * @returns what to print
   * @throws UsageError, AppError where a rule is broken, StartError
   */
  run(words: string[], config: Config): Promise<string>
}
