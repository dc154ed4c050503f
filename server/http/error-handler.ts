// The last resort of the whole app: an answer in JSON that leaks nothing.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { toHttpError } from './http-error.ts'

export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler(sendError)
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ detail: 'Not Found' }))
}

/** Also for what Fastify refuses before it has a route: a path that is too long or badly encoded. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const { status, headers, body } = toHttpError(error)
  if (status === 500) request.log.error({ err: error }, 'request failed')
  return reply.code(status).headers(headers).send(body)
}
