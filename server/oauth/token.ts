// POST /token: the token endpoint of RFC 6749 §3.2, for every client except our own pages.

import type { FastifyInstance } from 'fastify'
import { AppError } from '../contract/app-error.ts'
import { describeDevice } from '../contract/device.ts'
import { oauthPaths, type TokenResponse } from '../contract/oauth.ts'
import type { Services } from '../services.ts'
import { requireParameter } from '../web/form-body.ts'
import type { PresentedClient } from './client-credentials.ts'
import { addOAuthEndpoint, type OAuthRequest } from './endpoint.ts'

export async function tokenEndpoint(app: FastifyInstance, services: Services): Promise<void> {
  addOAuthEndpoint(app, services, {
    path: oauthPaths.token,
    answer: (request) => grantTokens(services, request),
  })
}

async function grantTokens(
  services: Services,
  { form, client, presented, request }: OAuthRequest,
): Promise<TokenResponse> {
  const grantType = form.get('grant_type') ?? assumeGrantType(presented)
  const scope = form.get('scope')
  const device = describeDevice(request)
  switch (grantType) {
    case 'password': {
      const granted = await services.passwordGrant({
        username: requireParameter(form, 'username'),
        password: requireParameter(form, 'password'),
        scope,
        client,
        transport: 'bearer',
        device,
      })
      const { refresh_token, ...tokens } = granted.tokens
      // A client that may not refresh gets no refresh token (RFC 6749 §5.1: optional).
      return client.grants.includes('refresh_token') ? { ...tokens, refresh_token } : tokens
    }
    case 'refresh_token': {
      const granted = await services.refreshTokenGrant({
        refreshToken: requireParameter(form, 'refresh_token'),
        scope,
        client,
        transport: 'bearer',
        device,
      })
      return granted.tokens
    }
    case 'client_credentials':
      return services.clientCredentialsGrant({ scope, client, device })
    default:
      throw new AppError(
        'unsupported_grant_type',
        'grant_type must be password, refresh_token or client_credentials',
      )
  }
}

/**
 * FastAPI's users leave grant_type out; a client that names itself follows RFC 6749, which requires
 * it.
 */
function assumeGrantType({ clientId }: PresentedClient): string {
  if (clientId === undefined) return 'password'
  throw new AppError('invalid_request', 'grant_type is missing')
}
