// A queue with a bound on its length and on the wait: work beyond either is refused, not piled up.

import { AppError } from '../contract/app-error.ts'

export interface BoundedQueueOptions {
  /** How many tasks run at once. */
  width: number
  /** How many more may wait. */
  maxQueue: number
  /** How long one may wait for its start, in milliseconds. */
  maxWaitMs: number
}

export interface BoundedQueueStats {
  running: number
  waiting: number
  /** Since the start. */
  completed: number
  refused: number
}

export interface BoundedQueue {
  /**
   * First come, first served. A task that was refused is never started.
   * @throws AppError overloaded
   */
  run<Result>(task: () => Promise<Result>): Promise<Result>
  /**
   * For a task that has something to do before it runs: told now that there is no room, it does nothing.
   * @throws AppError overloaded
   */
  requireRoom(): void
  stats(): BoundedQueueStats
  /** Refuses all that wait and all that come, and resolves when what was running has ended. */
  close(): Promise<void>
}

export function createBoundedQueue(options: BoundedQueueOptions): BoundedQueue {
  const waiting: Waiter[] = []
  let running = 0
  let completed = 0
  let refused = 0
  /** Of the tasks that ran lately, in milliseconds; 0 until one has. */
  let usualMs = 0
  let closed = false
  let drained = () => {}

  function refuse(): AppError {
    refused += 1
    return new AppError('overloaded', 'Too many sign-ins at the same time: try again shortly', {
      retryAfterSeconds: Math.max(1, Math.ceil(options.maxWaitMs / 1000)),
    })
  }

  /** Who would wait in vain is told so at once, not when his time is over. */
  function requireRoom(): void {
    if (closed) throw refuse()
    if (running < options.width) return
    const likelyWaitMs = (usualMs * waiting.length) / options.width
    if (waiting.length >= options.maxQueue || likelyWaitMs > options.maxWaitMs) throw refuse()
  }

  async function waitForTurn(): Promise<void> {
    requireRoom()
    if (running < options.width) {
      running += 1
      return
    }
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        start: resolve,
        refuse: () => reject(refuse()),
        timer: setTimeout(() => {
          waiting.splice(waiting.indexOf(waiter), 1)
          waiter.refuse()
        }, options.maxWaitMs),
      }
      waiting.push(waiter)
    })
  }

  /** The turn goes straight to the next in line, so that no newcomer slips in between. */
  function passTurnOn(): void {
    completed += 1
    const next = waiting.shift()
    if (next === undefined) {
      running -= 1
      if (running === 0) drained()
      return
    }
    clearTimeout(next.timer)
    next.start()
  }

  return {
    requireRoom,
    async run(task) {
      await waitForTurn()
      const startedAtMs = performance.now()
      try {
        return await task()
      } finally {
        const tookMs = performance.now() - startedAtMs
        usualMs = usualMs === 0 ? tookMs : usualMs + (tookMs - usualMs) / 8
        passTurnOn()
      }
    },
    stats: () => ({ running, waiting: waiting.length, completed, refused }),
    async close() {
      closed = true
      for (const waiter of waiting.splice(0)) {
        clearTimeout(waiter.timer)
        waiter.refuse()
      }
      if (running > 0) await new Promise<void>((resolve) => (drained = resolve))
    },
  }
}

interface Waiter {
  start(): void
  refuse(): void
  timer: NodeJS.Timeout
}
