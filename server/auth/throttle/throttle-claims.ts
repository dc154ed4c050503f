// Several counters at once: an attempt is counted in all of them, or in none.

import type { Counter, GrantedReservation, Pool, Refusal } from './throttle-counters.ts'

export interface Claim {
  pool: Pool
  key: string
  /** Counted there, and never refused. False by default. */
  isTally?: boolean
}

export interface Held {
  claim: Claim
  reservation: GrantedReservation
}

export type Taken = { granted: true; held: readonly Held[] } | Refusal

/**
 * How long nothing is let through, in milliseconds, as far as that is certain: attempts that have not
 * ended may yet turn out to be right.
 */
export function waitMsOf(
  { pool, key, isTally }: Claim,
  counters: ReadonlyMap<string, Counter>,
): number {
  const counter = counters.get(key)
  return !counter || counter.isPending || isTally ? 0 : pool.waitMsOf(counter)
}

/**
 * Of the first that has room; where none has, the last one says for how long. A list with tallies whose
 * attempts have not ended is not passed over: what they tally may not be written yet, and would seem to
 * have room for as many again.
 */
export async function takeAny(alternatives: readonly (readonly Claim[])[]): Promise<Taken> {
  let taken: Taken = { granted: false, waitMs: 0, isPending: false }
  for (const claims of alternatives) {
    taken = await takeAll(claims)
    if (taken.granted || (taken.isPending && claims.some(({ isTally }) => isTally))) break
  }
  return taken
}

/** Of each of them, or of none. */
export async function takeAll(claims: readonly Claim[]): Promise<Taken> {
  const held: Held[] = []
  for (const claim of claims) {
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
