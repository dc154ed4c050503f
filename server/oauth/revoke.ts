// POST /revoke: a client gives a token back (RFC 7009), and its session ends.

import type { FastifyInstance } from 'fastify'
import { describeDevice } from '../contract/device.ts'
import { oauthPaths } from '../contract/oauth.ts'
import type { Services } from '../services.ts'
import { requireParameter } from '../web/form-body.ts'
import { addOAuthEndpoint, type OAuthRequest } from './endpoint.ts'

export async function revocationEndpoint(app: FastifyInstance, services: Services): Promise<void> {
  addOAuthEndpoint(app, services, {
    path: oauthPaths.revoke,
    answer: (request) => revokeToken(services, request),
  })
}

/**
 * A session is one row, so either of its tokens ends it whole: the refresh token and every access
 * token (RFC 7009 §2.1 requires the one and allows the other). A token that a client got for itself
 * has no session, and ends alone.
 */
async function revokeToken(
  { tokenLookup, signOut }: Services,
  { form, client, request }: OAuthRequest,
): Promise<object> {
  const found = await tokenLookup.find(requireParameter(form, 'token'))
  // §2.1: another client's token is not revoked.
  if (found?.clientId === client.id) await signOut.byToken(found, describeDevice(request))
  // §2.2: an invalid token gets the same answer. The client has what it wanted: it holds no token
  // that grants access. The body means nothing, but some clients insist on JSON.
  return {}
}
