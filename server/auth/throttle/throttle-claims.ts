// Several counters at once: an attempt is counted in all of them, or in none.

import type { Counter, GrantedReservation, Pool, Refusal } from './throttle-counters.ts'

export interface Claim {
  pool: Pool
  key: string
  /** Counted there, and never refused. False by default. */
  isTally?: boolean
}

/** What an attempt takes: from each of its claims, or from none. */
export type Budget = readonly Claim[]

export interface Held {
  claim: Claim
  reservation: GrantedReservation
}

export type Taken = { granted: true; held: readonly Held[] } | Refusal

/** How long a budget allows nothing, in milliseconds. */
export function waitMsOfBudget(budget: Budget, counters: ReadonlyMap<string, Counter>): number {
  return Math.max(...budget.map((claim) => waitMsOf(claim, counters)))
}

/**
 * How long nothing is allowed, in milliseconds, as far as that is certain: attempts that have not
 * ended may yet turn out to be right.
 */
function waitMsOf({ pool, key, isTally }: Claim, counters: ReadonlyMap<string, Counter>): number {
  const counter = counters.get(key)
  return !counter || counter.isPending || isTally ? 0 : pool.waitMsOf(counter)
}

/**
 * From the first that has room; where none has, the last one says how long to wait. One with
 * tallies whose attempts have not ended is not passed over: what they tally may not be written yet,
 * and would seem to have room for as many again.
 */
export async function takeAny(budgets: readonly Budget[]): Promise<Taken> {
  let taken: Taken = { granted: false, waitMs: 0, isPending: false }
  for (const budget of budgets) {
    taken = await takeAll(budget)
    if (taken.granted || (taken.isPending && budget.some(({ isTally }) => isTally))) break
  }
  return taken
}

export async function takeAll(budget: Budget): Promise<Taken> {
  const held: Held[] = []
  for (const claim of budget) {
    const { pool, key, isTally } = claim
    const reservation = await (isTally ? pool.tally(key) : pool.reserve(key))
    if (!reservation.granted) {
      await refund(held)
      return reservation
    }
    held.push({ claim, reservation })
  }
  return { granted: true, held }
}

/** They have failed: they stay counted. */
export async function settle(those: readonly Held[]): Promise<void> {
  await Promise.all(those.map(({ claim: { pool, key } }) => pool.settle(key)))
}

export async function refund(those: readonly Held[]): Promise<void> {
  await Promise.all(
    those.map(({ claim: { pool, key }, reservation }) => pool.refund(key, reservation)),
  )
}
