// The last resort of the whole app: an answer in JSON that leaks nothing.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ChallengedRequest } from '../contract/bearer-challenge.ts'
import { toHttpError } from './http-error.ts'

export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler(sendError)
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ detail: 'Not Found' }))
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A route that an access token opens: its refusals bear the challenges of RFC 6750. */
    isProtected?: boolean
  }
}

/** Also for what Fastify refuses before it has a route: a path that is too long or badly encoded. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const { status, headers, body } = toHttpError(error, describeChallenged(request))
  if (status === 500) request.log.error({ err: error }, 'request failed')
  return reply.code(status).headers(headers).send(body)
}

function describeChallenged({ routeOptions, headers }: FastifyRequest): ChallengedRequest {
  return {
    isProtected: routeOptions.config?.isProtected === true,
    hasAuthorization: headers.authorization !== undefined,
  }
}
