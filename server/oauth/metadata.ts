// What a client or resource server can discover by itself: RFC 8414, RFC 9728 and the key set.

import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import { grantTypes, oauthPaths } from '../contract/oauth.ts'
import { docsPath } from '../contract/pages.ts'
import { allScopes } from '../contract/scopes.ts'
import type { Services } from '../services.ts'

/** In seconds. A key must have been in the set for this long before it signs. */
const maxAgeSeconds = 300

export async function metadataEndpoints(app: FastifyInstance, services: Services): Promise<void> {
  const { config, signingKeys } = services
  const documents = {
    [oauthPaths.serverMetadata]: () => describeServer(config),
    [oauthPaths.resourceMetadata]: () => describeResource(config),
    [oauthPaths.jwks]: () => ({ keys: signingKeys.publicJwks() }),
  }
  for (const [path, describe] of Object.entries(documents)) {
    app.get(path, async (_request, reply) =>
      reply.header('cache-control', `public, max-age=${maxAgeSeconds}`).send(describe()),
    )
  }
}

/**
 * RFC 8414 §2. Grants and authentication methods are listed although they are optional: leaving
 * them out would mean the authorization code grant and Basic only.
 */
function describeServer(config: Config) {
  const secretMethods = ['client_secret_basic', 'client_secret_post']
  return {
    issuer: config.publicUrl,
    token_endpoint: config.publicUrl + oauthPaths.token,
    revocation_endpoint: config.publicUrl + oauthPaths.revoke,
    introspection_endpoint: config.publicUrl + oauthPaths.introspect,
    jwks_uri: config.publicUrl + oauthPaths.jwks,
    scopes_supported: allScopes,
    // Required. There is no authorization endpoint, so there is no response type to list.
    response_types_supported: [],
    grant_types_supported: listGrantTypes(config),
    token_endpoint_auth_methods_supported: ['none', ...secretMethods],
    revocation_endpoint_auth_methods_supported: ['none', ...secretMethods],
    // §2 also allows names of token types here.
    introspection_endpoint_auth_methods_supported: [...secretMethods, 'Bearer'],
    service_documentation: config.publicUrl + docsPath,
  }
}

function listGrantTypes({ passwordGrant }: Config): string[] {
  return grantTypes.filter((grant) => passwordGrant || grant !== 'password')
}

/** RFC 9728 §2. This server is its own resource: `resource` is the `aud` of its tokens. */
function describeResource({ publicUrl }: Config) {
  return {
    resource: publicUrl,
    authorization_servers: [publicUrl],
    scopes_supported: allScopes,
    bearer_methods_supported: ['header'],
    resource_documentation: publicUrl + docsPath,
  }
}
