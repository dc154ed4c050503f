// One id for each request: in each of its log lines, and in its answer, so that it can be quoted.

import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

/** Only our own: a client's request id does not enter our log (R114). */
export const makeRequestId = (): string => randomUUID()

export function tellRequestId(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
}
