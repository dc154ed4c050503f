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

export interface TaskOptions {
  /**
   * Ahead of all that do not; where the queue is full, in place of the last of them, which is
   * refused. False by default.
   */
  goesFirst?: boolean
}

export interface BoundedQueue {
  /**
   * First come, first served, but for what goes first. A task that was refused is never started.
   * @throws AppError overloaded
   */
  run<Result>(task: () => Promise<Result>, options?: TaskOptions): Promise<Result>
  /**
   * For a task that has something to do before it runs: told now that there is no room, it does nothing.
   * @throws AppError overloaded
   */
  requireRoom(options?: TaskOptions): void
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

  function leave(waiter: Waiter): void {
    waiting.splice(waiting.indexOf(waiter), 1)
    clearTimeout(waiter.timer)
    waiter.refuse()
  }

  /** Who would wait in vain is told so at once, not when his time is over. */
  function requireRoom({ goesFirst = false }: TaskOptions = {}): void {
    if (closed) throw refuse()
    if (running < options.width) return
    const ahead = goesFirst ? waiting.filter((one) => one.goesFirst).length : waiting.length
    const likelyWaitMs = (usualMs * ahead) / options.width
    if (ahead >= options.maxQueue || likelyWaitMs > options.maxWaitMs) throw refuse()
  }

  async function waitForTurn(goesFirst: boolean): Promise<void> {
    requireRoom({ goesFirst })
    if (running < options.width) {
      running += 1
      return
    }
    // Where there is room only for him, the last of the others is refused.
    const last = waiting.at(-1)
    if (waiting.length >= options.maxQueue && last) leave(last)
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        goesFirst,
        start: resolve,
        refuse: () => reject(refuse()),
        timer: setTimeout(() => leave(waiter), options.maxWaitMs),
      }
      const others = waiting.findIndex((one) => !one.goesFirst)
      waiting.splice(goesFirst && others >= 0 ? others : waiting.length, 0, waiter)
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
    async run(task, { goesFirst = false } = {}) {
      await waitForTurn(goesFirst)
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
  goesFirst: boolean
  start(): void
  refuse(): void
  timer: NodeJS.Timeout
}
