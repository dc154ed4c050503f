// A stream where tabs cannot share one: polled again and again, for a moment each time.

import { pause } from '../page-seen.ts'
import type { StreamEvent } from './event-stream.ts'

export interface LookedAtStream {
  /** One connection, from its request to its end. */
  connect(closed: AbortSignal): AsyncGenerator<StreamEvent, void>
  closed: AbortSignal
}

/** How long a connection waits for a first message, and how long until the next connection. */
const longestLookMs = 2_000
const lookIntervalMs = 10_000

/** No tab holds a connection: a browser has six to a host, for all of them. */
export async function* lookRepeatedly({
  connect,
  closed,
}: LookedAtStream): AsyncGenerator<StreamEvent, void> {
  while (!closed.aborted) {
    const look = new AbortController()
    const hangUp = () => look.abort()
    let timer: ReturnType<typeof setTimeout> | undefined
    closed.addEventListener('abort', hangUp)
    try {
      for await (const event of connect(look.signal)) {
        timer ??= setTimeout(hangUp, longestLookMs)
        yield event
        if (event.type === 'message') hangUp()
      }
      if (!look.signal.aborted) return
    } catch (error) {
      if (!look.signal.aborted) throw error
    } finally {
      clearTimeout(timer)
      closed.removeEventListener('abort', hangUp)
      hangUp()
    }
    await pause(lookIntervalMs, closed)
  }
}
