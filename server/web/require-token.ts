// A guard for plain Fastify routes: the same bearer-token rules as on every other surface.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { UserIdentity } from '../auth/tokens/identity.ts'
import { AppError } from '../contract/app-error.ts'
import type { Scope } from '../contract/scopes.ts'
import type { Services } from '../services.ts'
import { readAuthorizationHeaders } from './authorization-header.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller. Throws on a route without `requireToken`, because no token was checked there. */
    identity: UserIdentity
  }
}

/**
 * A `preHandler` that accepts a user whose access token is valid and has all of `scopes`. It throws
 * an AppError, which the app's error handler answers with the status and challenge of RFC 6750 §3.
 */
export function requireToken({ identities }: Services, ...scopes: Scope[]) {
  const guard = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    // Caches must not store what only some users may see (R85); the handler may still override this.
    reply.header('cache-control', 'no-store')
    refuseMisplacedToken(request)
    const caller = await identities.identify(readAuthorizationHeaders(request.raw.rawHeaders))
    const identity = identities.requireUser(caller)
    identities.requireScopes(identity, scopes)
    identityOf.set(request, identity)
  }
  guards.add(guard)
  return guard
}

const guards = new WeakSet<object>()

/** Adds `request.identity` to every route of the app, and records which routes are guarded. */
export function addIdentity(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const isGuarded = [route.preHandler ?? []].flat().some((handler) => guards.has(handler))
    if (isGuarded) route.config = { ...route.config, isProtected: true }
  })
  app.decorateRequest('identity', {
    getter(this: FastifyRequest) {
      const identity = identityOf.get(this)
      if (identity === undefined) throw new Error('This route has no requireToken as preHandler')
      return identity
    },
  })
}

const identityOf = new WeakMap<FastifyRequest, UserIdentity>()

/**
 * URLs are logged along the way and kept in histories, so a token is read from the header only (RFC
 * 6750 §2.3). A token anywhere else is refused with a message that says where it is.
 * @throws AppError invalid_request where there is one in the header too (§2), else
 * not_authenticated
 */
export function refuseMisplacedToken({
  query,
  body,
  headers,
}: Pick<FastifyRequest, 'query' | 'body' | 'headers'>): void {
  if (!hasAccessToken(query) && !hasAccessToken(body)) return
  if (headers.authorization !== undefined) {
    throw new AppError('invalid_request', 'The token must be sent in one way, not in two')
  }
  throw new AppError(
    'not_authenticated',
    'access_token is not a parameter here: a token goes into the Authorization header',
  )
}

/** Whatever parser a route uses: an object, or the map or search parameters of a form. */
function hasAccessToken(fields: unknown): boolean {
  if (fields instanceof Map || fields instanceof URLSearchParams) return fields.has('access_token')
  return typeof fields === 'object' && fields !== null && Object.hasOwn(fields, 'access_token')
}
