// The last resort of the whole app: a page for browsers, JSON for programs, and neither leaks anything.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ChallengedRequest } from '../../web/bearer-challenge.ts'
import { type RefusalPages, sendRefusal } from '../html/html-reply.ts'
import { isNavigation } from '../html/refusal-page.ts'
import { toHttpError } from './http-error.ts'
import { findMeantAddress } from './meant-address.ts'

export type SendError = (
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<FastifyReply>

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A route that accepts an access token: its refusals bear the challenges of RFC 6750. */
    isProtected?: boolean
  }
}

/** Also for what Fastify refuses before it has a route: a path that is too long or badly encoded. */
export function createSendError(pages: RefusalPages | undefined): SendError {
  return async (error, request, reply) => {
    const { status, headers, body } = toHttpError(error, describeChallenged(request))
    if (status === 500) request.log.error({ err: error }, 'request failed')
    return sendRefusal(request, reply.headers(headers), pages, { status, ...body }, body)
  }
}

export function handleErrors(
  app: FastifyInstance,
  sendError: SendError,
  pages: RefusalPages | undefined,
): void {
  app.setErrorHandler(sendError)
  app.setNotFoundHandler((request, reply) => {
    const meant = asksForPage(request) ? findMeantAddress(request.url) : undefined
    if (meant === undefined) return sendRefusal(request, reply, pages, notFound)
    return reply.header('cache-control', 'no-store').redirect(meant, 302)
  })
}

const notFound = { status: 404, detail: 'Not Found' }

function asksForPage({ method, headers }: FastifyRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && isNavigation(headers)
}

function describeChallenged({ routeOptions, headers }: FastifyRequest): ChallengedRequest {
  return {
    isProtected: routeOptions.config?.isProtected === true,
    hasAuthorization: headers.authorization !== undefined,
  }
}
