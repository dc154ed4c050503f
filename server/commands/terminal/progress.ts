// The progress of a long act, on standard error: a line for people, and nothing where it is short.

/** Gets the number of rows so far now and then. */
export type OnProgress = (rows: number) => void

/** In milliseconds: an act that ends sooner prints nothing. */
const silentForMs = 1_000
/** In milliseconds: how often a terminal's line is rewritten, and how often a log gets another. */
const intervalsMs = { terminal: 200, log: 10_000 }

interface ProgressOptions {
  /** Replaced by tests: standard error and `performance.now` by default. */
  output?: { readonly isTTY?: boolean; write(text: string): unknown }
  monotonicNow?: () => number
}

/** @param what with a capital, and what is counted: `Sessions`, `Accounts checked` */
export async function withProgress<Result>(
  what: string,
  run: (onProgress: OnProgress) => Promise<Result>,
  { output = process.stderr, monotonicNow = () => performance.now() }: ProgressOptions = {},
): Promise<Result> {
  const isTerminal = output.isTTY === true
  const intervalMs = isTerminal ? intervalsMs.terminal : intervalsMs.log
  let nextAtMs = monotonicNow() + silentForMs
  let isLineOpen = false

  function onProgress(rows: number): void {
    const nowMs = monotonicNow()
    if (nowMs < nextAtMs) return
    nextAtMs = nowMs + intervalMs
    const line = `${what}: ${rows.toLocaleString('en')} …`
    isLineOpen = isTerminal
    output.write(isTerminal ? `\r${line}` : `${line}\n`)
  }

  try {
    return await run(onProgress)
  } finally {
    // The next output begins a line of its own.
    if (isLineOpen) output.write('\n')
  }
}
