// One connection of a subscription: its request, and what its events mean.

import { type Operation, type OperationResultEnvelope, TRPCClientError } from '@trpc/client'
import type { AppRouter } from '../../../server/trpc/router.ts'
import { readEventStream, type StreamEvent } from './event-stream.ts'

export type StreamResult = OperationResultEnvelope<unknown, TRPCClientError<AppRouter>>['result']

interface ConnectionRequest {
  url: string
  op: Pick<Operation, 'path' | 'input'>
  token: string
  /** Of the last tracked event, where the previous connection stopped; '' where there was none. */
  lastEventId: string
  fetch: typeof fetch
  closed: AbortSignal
}

/** Its events up to its end; a refusal in JSON counts as one, as if the stream had brought it. */
export async function* openConnection({
  url,
  op,
  token,
  lastEventId,
  fetch,
  closed,
}: ConnectionRequest): AsyncGenerator<StreamEvent, void> {
  const response = await fetch(`${url}/${op.path}${writeQuery(op.input, lastEventId)}`, {
    // `EventSource` cannot send a header, and a token must not stand in a URL (R30, R83).
    headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` },
    signal: closed,
  })
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
  if (isStream && response.body) {
    yield* readEventStream(response.body)
  } else {
    const { error } = await response.json()
    yield { type: 'serialized-error', data: JSON.stringify(error), lastEventId: '' }
  }
}

interface FollowedConnection {
  events: AsyncIterable<StreamEvent>
  closed: AbortController
  emit(result: StreamResult): void
}

/** In milliseconds, until the server says otherwise. */
const usualSilenceMs = 40_000

/**
 * Returns whether the server has completed the stream; false where we have closed it.
 * @throws what the server says, or what has broken the connection
 */
export async function followConnection({
  events,
  closed,
  emit,
}: FollowedConnection): Promise<boolean> {
  const silence = createSilenceTimer(usualSilenceMs, () => closed.abort())
  try {
    for await (const { type, data, lastEventId: id } of events) {
      switch (type) {
        case 'connected':
          silence.setLimit(JSON.parse(data).reconnectAfterInactivityMs)
          emit({ type: 'started' })
          emit({ type: 'state', state: 'pending', error: null })
          break
        case 'message':
          emit(readResult(JSON.parse(data), id))
          break
        case 'serialized-error':
          throw TRPCClientError.from({ error: JSON.parse(data) })
        case 'return':
          return true
      }
      silence.restart()
    }
    throw new TRPCClientError('The stream has broken off')
  } catch (error) {
    if (closed.signal.aborted) return false
    throw error
  } finally {
    silence.stop()
  }
}

/** The same subscription has the same query, whichever tab asks. */
export function writeQuery(input: unknown, lastEventId = ''): string {
  const sent = lastEventId === '' ? input : { ...(isObject(input) ? input : {}), lastEventId }
  return sent === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(sent))}`
}

function isObject(input: unknown): input is object {
  return typeof input === 'object' && input !== null
}

/** What tRPC's `tracked()` sends has an id, and is handed on together with it. */
function readResult(data: unknown, id: string): StreamResult {
  return id === '' ? { type: 'data', data } : { type: 'data', id, data: { id, data } }
}

/** A connection may be dead without our knowing, for example after sleep: then its pings stop. */
function createSilenceTimer(usualLimitMs: number, onSilence: () => void) {
  let limitMs = usualLimitMs
  let timer = setTimeout(onSilence, limitMs)
  const stop = () => clearTimeout(timer)
  return {
    stop,
    setLimit(milliseconds: number = usualLimitMs) {
      limitMs = milliseconds
    },
    restart() {
      stop()
      timer = setTimeout(onSilence, limitMs)
    },
  }
}
