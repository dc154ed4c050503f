// POST /introspect: a resource server asks whether a token is valid right now (RFC 7662).

import type { FastifyInstance } from 'fastify'
import { AppError } from '../contract/app-error.ts'
import { type IntrospectionResponse, oauthPaths } from '../contract/oauth.ts'
import { formatScope, type Scope } from '../contract/scopes.ts'
import type { Services } from '../services.ts'
import { readAuthorizationHeaders } from '../web/authorization-header.ts'
import { requireParameter } from '../web/form-body.ts'
import { addOAuthEndpoint, type OAuthRequest } from './endpoint.ts'

/** The scope a bearer token needs here, since an introspection reveals a user's name. */
export const introspectionScopes: readonly Scope[] = ['users:read']

export async function introspectionEndpoint(
  app: FastifyInstance,
  services: Services,
): Promise<void> {
  addOAuthEndpoint(app, services, {
    path: oauthPaths.introspect,
    takesBearer: true,
    answer: async (request) => {
      await requireIntrospector(services, request)
      return describeToken(services, requireParameter(request.form, 'token'))
    },
  })
}

/**
 * RFC 7662 §2.1: not open to everyone, or tokens could be tried here. A client that has proved its
 * secret may ask, and so may a caller whose access token allows them to see users.
 * @throws AppError not_authenticated, token_expired, invalid_token, insufficient_scope
 */
async function requireIntrospector(
  { identities }: Services,
  { client, request }: OAuthRequest,
): Promise<void> {
  if (client.isConfidential) return
  const headers = readAuthorizationHeaders(request.raw.rawHeaders)
  if (!headers.some((header) => /^bearer\b/i.test(header))) {
    const needed = formatScope(introspectionScopes)
    throw new AppError(
      'not_authenticated',
      `Only a client with a secret may ask, or a bearer token with ${needed}`,
    )
  }
  const identity = await identities.identify(headers)
  identities.requireScopes(identity, introspectionScopes)
}

/**
 * The same check as a protected call makes (R53). So a refresh token is not active here: a resource
 * server that believed it would accept something that grants access to none of its resources.
 */
async function describeToken(
  { config, tokenLookup, users }: Services,
  token: string,
): Promise<IntrospectionResponse> {
  const found = await tokenLookup.find(token)
  if (found?.kind !== 'access_token') return { active: false }
  const { identity } = found
  const user = identity.kind === 'user' ? await users.findById(identity.userId) : undefined
  return {
    active: true,
    scope: formatScope(identity.scopes),
    client_id: identity.clientId,
    ...(user && { username: user.username }),
    token_type: 'Bearer',
    exp: identity.expiresAt,
    iat: identity.issuedAt,
    // RFC 9068 §2.2: the client, where no user is involved.
    sub: identity.kind === 'user' ? identity.userId : identity.clientId,
    aud: config.publicUrl,
    iss: config.publicUrl,
    jti: identity.tokenId,
  }
}
