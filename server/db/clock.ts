// What time it is: one part of services, so that tests can turn its hands.

export interface Clock {
  /** In epoch milliseconds. */
  now(): number
}

export const dayMs = 24 * 60 * 60_000

export const systemClock: Clock = { now: () => Date.now() }

/** Epoch seconds, as JWT's NumericDate (RFC 7519 §2). */
export function toSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1000)
}
