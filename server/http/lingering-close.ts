// The end of a connection whose client still sends: our side first, the rest is read and dropped (RFC 9112 §9.6).

import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** For as long as bytes arrive … */
const lingerMaxMs = 30_000
/** … with pauses no longer than this. */
const silenceMaxMs = 2_000

/**
 * Closed at once, a connection with unread bytes is reset, and the client loses the answer that it has
 * not read yet: a body that is too large would look like a broken server.
 */
export function closeLingering(socket: Socket): void {
  socket.end()
  socket.setTimeout(silenceMaxMs, () => socket.destroy())
  const timer = setTimeout(() => socket.destroy(), lingerMaxMs)
  socket.once('close', () => clearTimeout(timer))
}

/** For every answer after which the connection is closed, and whose request has not come whole. */
export function addLingeringClose(app: FastifyInstance): void {
  app.addHook('onSend', ({ raw }, _reply, payload, done) => {
    if (!raw.complete) lingerOnClose(raw.socket, () => !raw.complete)
    done(null, payload)
  })
}

/** Node closes a connection after its last answer by `destroySoon`. */
function lingerOnClose(socket: Socket, isUnfinished: () => boolean): void {
  const destroySoon = socket.destroySoon
  socket.destroySoon = () => {
    socket.destroySoon = destroySoon
    if (isUnfinished()) closeLingering(socket)
    else socket.destroySoon()
  }
}
