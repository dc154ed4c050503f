// What a bench is, and what it returns.

export interface Bench {
  /** How it is called on the command line. */
  name: string
  title: string
  run(options: BenchOptions): Promise<BenchResult>
}

export interface BenchOptions {
  /** Gives a first, less precise answer within a minute. */
  quick: boolean
  /** What is in progress. */
  say(progress: string): void
}

export interface BenchResult {
  tables: readonly Table[]
  goals: readonly Goal[]
  /** Sentences that belong to the numbers. */
  notes: readonly string[]
  chart?: Chart
}

export interface Table {
  head: readonly string[]
  rows: readonly (readonly string[])[]
}

export interface Goal {
  what: string
  seen: string
  goal: string
  /** undefined where it could not be measured here. */
  reached: boolean | undefined
}

export interface Chart {
  title: string
  bars: readonly { label: string; value: number; isOurs: boolean }[]
}
