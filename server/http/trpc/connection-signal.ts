// One AbortSignal for all calls on a connection: a client that hangs up closes it.

import type { Socket } from 'node:net'

const signals = new WeakMap<Socket, AbortSignal>()

/**
 * Aborted when the connection closes, so that a procedure need not go on. HTTP/1.1 answers the
 * requests of a connection one after the other; a controller for each would cost a seventh of a
 * whole call. A listener must be removed again, as `fetch` does: the connection may live for hours.
 */
export function signalOfConnection(socket: Socket): AbortSignal {
  const known = signals.get(socket)
  if (known) return known
  const controller = new AbortController()
  socket.once('close', () => controller.abort())
  signals.set(socket, controller.signal)
  return controller.signal
}
