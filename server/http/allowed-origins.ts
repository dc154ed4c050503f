// CORS for your own pages on other origins: ALLOWED_ORIGINS. By bearer token only, never by cookie (R19).

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { AppError } from '../contract/app-error.ts'

/** Where a token is issued, shown or ended. No cache stores their answers, so none needs a Vary. */
const sharedPath = /^\/(?:token|revoke)(?:[/?]|$)|^\/(?:trpc|api)\//

/**
 * No Access-Control-Allow-Credentials: the page cannot read the answer to a request with a cookie.
 */
const exposedHeaders = 'WWW-Authenticate, Retry-After, X-Request-Id, ETag'

const preflightHeaders = {
  'access-control-allow-methods': 'GET, HEAD, POST, PATCH, DELETE',
  'access-control-allow-headers':
    'Authorization, Content-Type, If-Match, trpc-accept, Last-Event-ID',
  // Two hours, in seconds: Chromium keeps it no longer.
  'access-control-max-age': '7200',
}

/**
 * A stranger's page can send any origin through its visitors: the log names each once, up to a
 * limit.
 */
const loggedOriginsMax = 100

/** Without the setting there is no hook: calls pay nothing for it. */
export function allowOrigins(
  app: FastifyInstance,
  { allowedOrigins }: Pick<Config, 'allowedOrigins'>,
): void {
  if (allowedOrigins.length === 0) return
  const allowed = new Set(allowedOrigins)
  const logged = new Set<string>()

  function refuse(request: FastifyRequest, origin: string): never {
    if (logged.size < loggedOriginsMax && !logged.has(origin)) {
      logged.add(origin)
      request.log.warn({ origin }, 'a page was refused: its origin is not in ALLOWED_ORIGINS')
    }
    throw new AppError(
      'cross_site',
      'Pages of this origin cannot call this: it is not in ALLOWED_ORIGINS',
    )
  }

  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers
    if (origin === undefined || !sharedPath.test(request.url)) return
    if (allowed.has(origin)) {
      reply.header('access-control-allow-origin', origin)
      return isPreflight(request) ? answerPreflight(reply) : exposeHeaders(reply)
    }
    if (isPreflight(request)) refuse(request, origin)
  })
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}

function answerPreflight(reply: FastifyReply) {
  return reply.code(204).headers(preflightHeaders).send()
}

function exposeHeaders(reply: FastifyReply): void {
  reply.header('access-control-expose-headers', exposedHeaders)
}
