// One connection of a subscription, from its request to its end.

import { type Operation, type OperationResultEnvelope, TRPCClientError } from '@trpc/client'
import type { AppRouter } from '../../server/trpc/router.ts'
import { readEventStream } from './event-stream.ts'

export type StreamResult = OperationResultEnvelope<unknown, TRPCClientError<AppRouter>>['result']

export interface StreamConnection {
  url: string
  op: Operation
  token: string
  /** Of the last tracked event, where the one before has left off; '' where there was none. */
  lastEventId: string
  fetch: typeof fetch
  closed: AbortController
  emit(result: StreamResult): void
}

/**
 * Gives whether the server has completed the stream; false where we have closed it.
 * @throws what the server says, or what has broken the connection
 */
export async function followConnection(connection: StreamConnection): Promise<boolean> {
  const { url, op, token, lastEventId, fetch, closed, emit } = connection
  const silence = createSilenceTimer(() => closed.abort())
  try {
    const response = await fetch(`${url}/${op.path}${writeQuery(op.input, lastEventId)}`, {
      // `EventSource` cannot send a header, and a token has no place in a URL (R30, R83).
      headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` },
      signal: closed.signal,
    })
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
    if (!isStream || !response.body) throw TRPCClientError.from(await response.json())
    for await (const { type, data, lastEventId: id } of readEventStream(response.body)) {
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

function writeQuery(input: unknown, lastEventId: string): string {
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

/** A connection may be dead and not know it, after sleep for one: then its pings stay away. */
function createSilenceTimer(onSilence: () => void) {
  let limitMs: number | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = () => clearTimeout(timer)
  return {
    stop,
    setLimit(milliseconds: number | undefined) {
      limitMs = milliseconds
    },
    restart() {
      stop()
      if (limitMs !== undefined) timer = setTimeout(onSilence, limitMs)
    },
  }
}
