// When the next token is requested automatically: ahead of expiry, and again where no answer came.

export interface RenewalPlan {
  /** Whether the user has been active since the last token came (R57). Opening the page counts. */
  isInUse(): boolean
  noteInput(): void
  /** A token came, which is valid from now until then. */
  renewed(expiresAtMs: number): void
  /** No answer came; the server may say how long to wait. */
  failed(retryAfterSeconds: number | undefined): void
  /** Does what is overdue: timers stand still while a device sleeps. */
  catchUp(): void
  /** The network is back: a failed request is retried without further waiting. */
  hurry(): void
  stop(): void
}

/** How long before its expiry a token is renewed: a minute, or a fifth of a short life. */
const renewAheadMs = 60_000
/**
 * After no answer the next try comes this much later, twice as long each time, and so long at most.
 */
const firstRetryMs = 5_000
const longestRetryMs = 60_000

interface RenewalPlanDeps {
  /** Monotonic, in milliseconds. */
  now(): number
  /** May be called while one is in progress. */
  renew(): void
}

export function createRenewalPlan({ now, renew }: RenewalPlanDeps): RenewalPlan {
  let dueAtMs = Number.POSITIVE_INFINITY
  let failures = 0
  let wasUsed = true
  let timer: ReturnType<typeof setTimeout> | undefined

  function schedule(atMs: number): void {
    clearTimeout(timer)
    dueAtMs = atMs
    timer = setTimeout(catchUp, atMs - now())
  }

  /** R57: an unused token is left to expire; a call that needs one asks for itself. */
  function catchUp(): void {
    if (wasUsed && now() >= dueAtMs) renew()
  }

  return {
    isInUse: () => wasUsed,
    noteInput() {
      wasUsed = true
      catchUp()
    },
    renewed(expiresAtMs) {
      failures = 0
      wasUsed = false
      schedule(expiresAtMs - Math.min(renewAheadMs, (expiresAtMs - now()) / 5))
    },
    failed(retryAfterSeconds) {
      const backoffMs = Math.min(firstRetryMs * 2 ** failures, longestRetryMs)
      failures += 1
      schedule(now() + (retryAfterSeconds === undefined ? backoffMs : retryAfterSeconds * 1_000))
    },
    catchUp,
    hurry() {
      if (failures === 0) return
      dueAtMs = now()
      catchUp()
    },
    stop() {
      clearTimeout(timer)
      dueAtMs = Number.POSITIVE_INFINITY
    },
  }
}
