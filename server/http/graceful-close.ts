// The end of the app: what is under way is answered, and no connection is kept waiting for more.

import type { FastifyInstance } from 'fastify'

/** Without it a browser's kept-alive connection would hold up the end for more than a minute. */
export function closeGracefully(app: FastifyInstance): void {
  let isClosing = false
  app.addHook('preClose', (done) => {
    isClosing = true
    done()
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) reply.header('connection', 'close')
    done(null, payload)
  })
}
