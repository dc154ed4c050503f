// The server's clock as this page knows it: learned from fresh tokens, carried on monotonically.

export interface ServerClock {
  /** A token requested at that moment says when it was issued (its `iat`). */
  learn(issuedAtMs: number, askedAtMs: number): void
  /** A token that another tab has requested was issued by then, at the latest. */
  hear(issuedAtMs: number, heardAtMs: number): void
  /** A moment of the server's on the page's own monotonic scale. */
  toMonotonic(serverMs: number): number
}

/** `iat` is cut to whole seconds. */
const issuedAtPrecisionMs = 1_000

/**
 * The device's own clock is never read: it may be hours wrong, or be set while the page is open. A
 * token is issued after it was asked for, so the server's clock is ahead of ours by this much at
 * most: a slow answer makes a token look older than it is, and never younger.
 */
export function createServerClock(): ServerClock {
  let aheadMs = 0
  return {
    learn(issuedAtMs, askedAtMs) {
      aheadMs = issuedAtMs + issuedAtPrecisionMs - askedAtMs
    },
    // Where our clock stood still while the device slept, this corrects it.
    hear(issuedAtMs, heardAtMs) {
      aheadMs = Math.max(aheadMs, issuedAtMs - heardAtMs)
    },
    toMonotonic: (serverMs) => serverMs - aheadMs,
  }
}
