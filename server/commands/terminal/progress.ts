// How far a long act has come, on standard error: a line for people, and nothing where it is short.

/** Told now and then how many rows it was so far. */
export type OnProgress = (rows: number) => void

/** In milliseconds: what is done by then says nothing. */
const silentForMs = 1_000
/** In milliseconds: how often a terminal's line is written anew, and how often a log gets another. */
const intervalsMs = { terminal: 200, log: 10_000 }

interface ProgressOptions {
  /** What tests replace: standard error and `performance.now` by default. */
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
    // What is printed next begins a line of its own.
    if (isLineOpen) output.write('\n')
  }
}
