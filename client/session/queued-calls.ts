// Calls of a paused page: they wait until the user has signed in again, or the page is given up.

export interface QueuedCalls {
  /** What all of them wait for: a token, or the end of the session. */
  hold(): Promise<string>
  /** Whether one more may wait. */
  admit(): boolean
  release(token: string): void
  fail(error: Error): void
}

/** A page that asks for more than this many lets the rest fail. */
const maxCalls = 100

export function createQueuedCalls(): QueuedCalls {
  let calls = 0
  let held: Promise<string> | undefined
  let settle: Pick<QueuedCalls, 'release' | 'fail'> | undefined
  return {
    hold() {
      held ??= new Promise((release, fail) => {
        settle = { release, fail }
      })
      return held
    },
    admit() {
      calls += 1
      return calls <= maxCalls
    },
    release(token) {
      settle?.release(token)
      held = undefined
      calls = 0
    },
    fail: (error) => settle?.fail(error),
  }
}
