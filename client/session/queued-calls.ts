// Calls of a paused page: they wait until the user has signed in again, or the page is given up.

export interface QueuedCalls {
  /** What all of them wait for, from now on: a token, or the end of the session. */
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
  let settle: Pick<QueuedCalls, 'release' | 'fail'> | undefined
  return {
    hold() {
      calls = 0
      return new Promise((release, fail) => {
        settle = { release, fail }
      })
    },
    admit() {
      calls += 1
      return calls <= maxCalls
    },
    release: (token) => settle?.release(token),
    fail: (error) => settle?.fail(error),
  }
}
