// Ends a connection whose client still sends: our side first, then the rest is read and dropped
// (RFC 9112 §9.6).

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** For as long as bytes arrive … */
const lingerMaxMs = 30_000
/** … with pauses no longer than this. */
const silenceMaxMs = 2_000

/**
 * If it were closed at once, a connection with unread bytes would be reset, and the client would
 * lose an answer it has not read yet: a body that is too large would look like a broken server.
 */
export function closeLingering(socket: Socket): void {
  socket.end()
  socket.setTimeout(silenceMaxMs, () => socket.destroy())
  const timer = setTimeout(() => socket.destroy(), lingerMaxMs)
  socket.once('close', () => clearTimeout(timer))
}

/** For every answer after which the connection is closed and whose request has not fully arrived. */
export function addLingeringClose(app: FastifyInstance): void {
  app.addHook('onSend', ({ raw }, _reply, payload, done) => {
    if (!raw.complete) lingerOnClose(raw)
    done(null, payload)
  })
}

/** For each connection, the last request that was answered before it had fully arrived. */
const unfinished = new WeakMap<Socket, IncomingMessage>()

/** Node closes a connection after its last answer with `destroySoon`, which is replaced once. */
function lingerOnClose(request: IncomingMessage): void {
  const { socket } = request
  if (!unfinished.has(socket)) {
    const { destroySoon } = socket
    socket.destroySoon = () => {
      if (unfinished.get(socket)?.complete === false) closeLingering(socket)
      else destroySoon.call(socket)
    }
  }
  unfinished.set(socket, request)
}
