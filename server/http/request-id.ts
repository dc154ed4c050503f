// One id for each request: in every line of the log that it causes, and in its answer, to be asked about.

import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

/** Ours alone: what a client calls its request does not stand in our log (R114). */
export const makeRequestId = (): string => randomUUID()

export function tellRequestId(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
}
