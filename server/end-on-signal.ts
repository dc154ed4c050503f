// Ending on a signal: in order and once, by a second one at once, and never later than a deadline.

import { constants } from 'node:os'

/** `docker stop` kills after 10 s. */
const longestEndMs = 7_500
/** npm passes on the Ctrl+C that the terminal has sent to every process already. */
const sameSignalMs = 1_000

/**
 * SIGHUP: the terminal is closed, or npm is gone (`launch.js`). It never hurries an end that has
 * begun.
 */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface SignalledEnd {
  /** What ends this process in order. Until it is set, a signal ends it at once. */
  set(end: () => Promise<void>): void
}

/** Called first of all: a container's first process ignores a signal that it does not handle. */
export function endOnSignal(): SignalledEnd {
  let end: (() => Promise<void>) | undefined
  let signalledAtMs: number | undefined

  function onSignal(signal: (typeof signals)[number]): void {
    if (!end) process.exit(128 + constants.signals[signal])
    const nowMs = performance.now()
    if (signalledAtMs === undefined) {
      signalledAtMs = nowMs
      setTimeout(() => process.exit(1), longestEndMs).unref()
      void end()
    } else if (signal !== 'SIGHUP' && nowMs - signalledAtMs > sameSignalMs) process.exit(1)
  }

  for (const signal of signals) process.on(signal, onSignal)
  return {
    set: (orderly) => {
      end = orderly
    },
  }
}
