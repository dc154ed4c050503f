// What the page sees of its session, the token it shows, and why it may have to be left.

export type SessionState =
  /** The first refresh is in progress. */
  | { status: 'unknown' }
  /** The first refresh got no answer that says yes or no; it is retried automatically. */
  | { status: 'unreachable'; cause: unknown }
  | { status: 'signed-in'; token: AccessToken }
  /** The session is over, but there is unsaved work: the page stays, and calls wait for a sign-in. */
  | { status: 'paused'; token: AccessToken }
  | { status: 'signed-out' }

export interface AccessToken {
  value: string
  scopes: readonly string[]
  /** By the monotonic clock (`performance.now`): the device's own may be wrong, or be set. */
  expiresAtMs: number
  userId: string
  sessionId: string
  /** Whether the session outlives the browser, as the user asked for (R57). */
  isPersistent: boolean
}

/** Why the page has to be left. */
export type LeaveReason =
  | 'signed-out'
  | 'expired'
  /** There was no session to begin with. */
  | 'not-signed-in'
  /** The browser's session now belongs to another user. */
  | 'another-user'
