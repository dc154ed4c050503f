// A bounded queue that is fair to accounts and addresses: the one that used least lately goes next,
// and where there is no room left, the one that used most is refused.

import { AppError } from '../../contract/app-error.ts'
import { createRecentUse, type RecentUse } from './recent-use.ts'

export interface FairQueueOptions {
  /** How many tasks run at once. */
  width: number
  /** How many more may wait. */
  maxQueue: number
  /** How long one may wait for its start, in milliseconds. */
  maxWaitMs: number
}

export interface FairQueueStats {
  running: number
  waiting: number
  /** Since the start. */
  completed: number
  refused: number
}

/** The account and address that a task is charged to. An absent one is not charged. */
export interface Share {
  /** The account. One task of each account runs at a time while others wait. */
  account?: string
  /** The address pool that it comes from. */
  pool?: string
  /** From a device or place that the account knows. False by default. */
  isKnown?: boolean
}

export interface FairQueue {
  /**
   * A refused task is never started. One that throws counts in full against its address pool.
   * @throws AppError overloaded
   */
  run<Result>(share: Share, task: () => Promise<Result>): Promise<Result>
  /**
   * For tasks whose share needs a look-up: where there is certainly no room, nothing is looked up.
   * @throws AppError overloaded
   */
  requireRoom(share: Share): void
  stats(): FairQueueStats
  /** Refuses all waiting and new tasks, and resolves when the running ones have ended. */
  close(): Promise<void>
}

export function createFairQueue(options: FairQueueOptions): FairQueue {
  const { width, maxQueue, maxWaitMs } = options
  const used = createRecentUse({ fadeMs: 60_000, maxKeys: 10_000 })
  /** In the order they came. */
  const waiting: Waiter[] = []
  const running = new Set<Waiter>()
  let completed = 0
  let refused = 0
  /** Of the tasks that ran lately, in milliseconds; 0 until one has. */
  let usualMs = 0
  let closed = false
  let drained = () => {}

  /** Names the time in which all that wait now will have had their turn. */
  function refuse(): AppError {
    refused += 1
    const untilRoomMs = usualMs === 0 ? maxWaitMs : (usualMs * waiting.length) / width
    const retryAfterSeconds = Math.ceil(Math.min(untilRoomMs, maxWaitMs) / 1_000)
    return new AppError('overloaded', 'Too many sign-ins at the same time: try again shortly', {
      retryAfterSeconds: Math.max(1, retryAfterSeconds),
    })
  }

  function leave(waiter: Waiter): void {
    waiting.splice(waiting.indexOf(waiter), 1)
    clearTimeout(waiter.timer)
  }

  /** As they came, with `more` behind them. */
  function rankWaiting(...more: readonly Share[]): number[] {
    return rankAll([...waiting.map(({ share }) => share), ...more], used)
  }

  /** Reject now if the wait would be too long, not when the time is over. */
  function hasRoom(share: Share): boolean {
    if (closed) return false
    if (running.size < width && waiting.length === 0) return true
    const ranks = rankWaiting(share)
    const own = ranks.pop() ?? 0
    if (waiting.length >= maxQueue && ranks.every((rank) => rank <= own)) return false
    const ahead = ranks.filter((rank) => rank <= own).length
    return (usualMs * ahead) / width <= maxWaitMs
  }

  function requireRoom(share: Share): void {
    if (!hasRoom(share)) throw refuse()
  }

  async function waitForTurn(share: Share): Promise<Waiter> {
    requireRoom(share)
    if (waiting.length >= maxQueue) refuseLast()
    return new Promise<Waiter>((resolve, reject) => {
      const waiter: Waiter = {
        share,
        start: () => resolve(waiter),
        refuse: () => reject(refuse()),
        timer: setTimeout(() => {
          leave(waiter)
          waiter.refuse()
        }, maxWaitMs),
      }
      waiting.push(waiter)
      startNext()
    })
  }

  /** Of several that rank alike, the one that came last. */
  function refuseLast(): void {
    const ranks = rankWaiting()
    const last = waiting[ranks.lastIndexOf(Math.max(...ranks))]
    if (!last) return
    leave(last)
    last.refuse()
  }

  function startNext(): void {
    while (running.size < width) {
      const next = findNext()
      if (!next) return
      leave(next)
      running.add(next)
      charge(laneOf(next.share), 1)
      next.start()
    }
  }

  function isRunning({ account }: Share): boolean {
    return account !== undefined && [...running].some(({ share }) => share.account === account)
  }

  /** An account that is having its turn comes after all others, whatever it has used. */
  function findNext(): Waiter | undefined {
    const ranks = rankWaiting()
    const rankOf = new Map(waiting.map((waiter, index) => [waiter, ranks[index] ?? 0]))
    const inOrder = [...waiting].sort((a, b) => (rankOf.get(a) ?? 0) - (rankOf.get(b) ?? 0))
    return inOrder.find((one) => !isRunning(one.share)) ?? inOrder[0]
  }

  function charge(key: string | undefined, amount: number): void {
    if (key !== undefined) used.add(key, amount)
  }

  function end(waiter: Waiter): void {
    running.delete(waiter)
    completed += 1
    startNext()
    if (running.size === 0) drained()
  }

  return {
    requireRoom,
    async run(share, task) {
      const turn = await waitForTurn(share)
      const startedAtMs = performance.now()
      let poolCharge = failureCharge
      try {
        const result = await task()
        poolCharge = successCharge
        return result
      } finally {
        const tookMs = performance.now() - startedAtMs
        usualMs = usualMs === 0 ? tookMs : usualMs + (tookMs - usualMs) / 8
        charge(share.pool, poolCharge)
        end(turn)
      }
    },
    stats: () => ({ running: running.size, waiting: waiting.length, completed, refused }),
    async close() {
      closed = true
      for (const waiter of [...waiting]) {
        leave(waiter)
        waiter.refuse()
      }
      if (running.size > 0) await new Promise<void>((resolve) => (drained = resolve))
    },
  }
}

/** Against the address pool. Many people may share one, and their right passwords cost it little. */
const successCharge = 0.1
const failureCharge = 1

/** How many tasks a minute a known device or place may use and still go ahead of a newcomer. */
const knownHeadStart = 3

/**
 * The lower the sooner. Each pays for what its account and its address pool used lately, and for
 * earlier tasks of the same account or pool. A known device or place pays only for itself: neither
 * the guesses of strangers nor its neighbours push it back, and its head start is for one at a
 * time.
 */
function rankAll(shares: readonly Share[], used: RecentUse): number[] {
  const before = new Map<string, number>()
  const countBefore = (key: string) => {
    const count = before.get(key) ?? 0
    before.set(key, count + 1)
    return count
  }
  return shares.map((share) => {
    const lane = laneOf(share)
    const beforeInLane = lane === undefined ? 0 : countBefore(lane)
    const ofAccount = lane === undefined ? 0 : used.of(lane) + beforeInLane
    if (share.isKnown) return beforeInLane === 0 ? ofAccount - knownHeadStart : ofAccount
    if (share.pool === undefined) return ofAccount
    return ofAccount + used.of(share.pool) + successCharge * countBefore(share.pool)
  })
}

function laneOf({ account, isKnown = false }: Share): string | undefined {
  if (account === undefined) return undefined
  return isKnown ? `known ${account}` : account
}

interface Waiter {
  share: Share
  start(): void
  refuse(): void
  timer: NodeJS.Timeout
}
