// Parts of a stream for tests in Node: connections that a test speaks on, and a page that is
// visible or hidden.

import type { ErrorReason } from '../../server/contract/app-error.ts'

export type StreamConnection = ReturnType<typeof openConnection>

/** The server's messages on it are what the test sends. */
export function openConnection(request: Request) {
  const encoder = new TextEncoder()
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let isOpen = true
  const body = new ReadableStream<Uint8Array>({
    start(started) {
      controller = started
    },
    cancel() {
      isOpen = false
    },
  })
  request.signal.addEventListener('abort', () => {
    if (isOpen) controller?.error(request.signal.reason)
    isOpen = false
  })
  const send = (event: string, data: unknown) =>
    controller?.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`))
  return {
    url: request.url,
    token: idOfToken(request.headers.get('authorization')),
    response: new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    isOpen: () => isOpen,
    send,
    /** As tRPC's `tracked()` does. */
    sendTracked(id: string, data: unknown) {
      controller?.enqueue(encoder.encode(`id: ${id}\ndata: ${JSON.stringify(data)}\n\n`))
    },
    /** As the server ends a stream whose token has expired, or whose session has ended. */
    refuse(reason: ErrorReason) {
      const wait = reason === 'too_many_requests' && { retry_after: 60 }
      const data = { code: 'UNAUTHORIZED', httpStatus: 401, path: 'changes', reason, ...wait }
      send('serialized-error', { message: 'Refused', code: -32_001, data })
      this.breakOff()
    },
    breakOff() {
      if (isOpen) controller?.close()
      isOpen = false
    },
  }
}

function idOfToken(authorization: string | null): string {
  const payload = authorization?.split('.')[1] ?? ''
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).jti
}

/** As much of a window as a stream reads: its page is shown, hidden and left as the test says. */
export function createPage() {
  const events = new EventTarget()
  return {
    document: { visibilityState: 'visible' as DocumentVisibilityState },
    addEventListener: events.addEventListener.bind(events),
    show(state: DocumentVisibilityState) {
      this.document.visibilityState = state
      events.dispatchEvent(new Event('visibilitychange'))
    },
    hear: (type: string) => events.dispatchEvent(new Event(type)),
  }
}
