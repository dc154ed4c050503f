// The end of the app: what is under way is answered, and no connection is kept waiting for more.

import type { FastifyInstance } from 'fastify'
import type { Services } from '../services.ts'

/**
 * Without it a browser's kept-alive connection would hold up the end for more than a minute, and a
 * stream for as long as somebody listens.
 */
export function closeGracefully(
  app: FastifyInstance,
  { liveStreams }: Pick<Services, 'liveStreams'>,
): void {
  let isClosing = false
  app.addHook('preClose', (done) => {
    isClosing = true
    liveStreams.closeAll()
    done()
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) reply.header('connection', 'close')
    done(null, payload)
  })
}
