// The clock: one part of services, so that tests can set it.

export interface Clock {
  /** In epoch milliseconds. */
  now(): number
}

export const dayMs = 24 * 60 * 60_000

/**
 * How far apart two clocks of one installation may be. An instant further in the future was written
 * by a wrong clock, and counts as now.
 */
export const clockToleranceMs = 30_000

export const systemClock: Clock = { now: () => Date.now() }

/** Epoch seconds, as JWT's NumericDate (RFC 7519 §2). */
export function toSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1000)
}
