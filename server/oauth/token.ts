// POST /token: the token endpoint of RFC 6749 §3.2, for every client that is not our own page.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Client } from '../auth/clients.ts'
import { AppError } from '../contract/app-error.ts'
import { readAuthorizationHeaders } from '../contract/authorization-header.ts'
import { describeDevice } from '../contract/device.ts'
import { oauthPaths, type TokenResponse } from '../contract/oauth.ts'
import { asAppError } from '../contract/request-fault.ts'
import type { Services } from '../services.ts'
import { type PresentedClient, readClientCredentials } from './client-credentials.ts'
import { acceptForm, type FormParameters, requireParameter } from './form-body.ts'
import { type ClientNaming, toOAuthError } from './oauth-error.ts'

/** An encapsulated plugin: its body parser and error shape hold for this endpoint only. */
export async function tokenEndpoint(app: FastifyInstance, services: Services): Promise<void> {
  acceptForm(app)

  app.addHook('onRequest', async (request, reply) => {
    // RFC 6749 §5.1, on success and error alike.
    reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
    if (request.method === 'POST') return
    const description = 'The token endpoint takes POST only'
    return reply
      .code(405)
      .header('allow', 'POST')
      .send({ error: 'invalid_request', error_description: description, detail: description })
  })

  app.setErrorHandler((error, request, reply) => {
    const naming = namingOf.get(request) ?? { named: false, usedBasic: false }
    const { status, headers, body } = toOAuthError(asAppError(error), naming)
    if (status >= 500) request.log.error({ err: error }, 'token endpoint failed')
    return reply.code(status).headers(headers).send(body)
  })

  app.all<{ Body: FormParameters }>(oauthPaths.token, async (request) => {
    const { body: form } = request
    const authorization = readAuthorizationHeaders(request.raw.rawHeaders)
    const presented = readClientCredentials(authorization, form)
    const { clientId, usedBasic } = presented
    namingOf.set(request, { named: clientId !== undefined, usedBasic })
    const client = services.clients.authenticate(presented)
    return grantTokens(services, { form, client, presented, request })
  })
}

interface TokenRequest {
  form: FormParameters
  client: Client
  presented: PresentedClient
  request: FastifyRequest
}

function grantTokens(
  services: Services,
  { form, client, presented, request }: TokenRequest,
): Promise<TokenResponse> {
  const grantType = form.get('grant_type') ?? assumeGrantType(presented)
  const scope = form.get('scope')
  switch (grantType) {
    case 'password':
      return services.passwordGrant({
        username: requireParameter(form, 'username'),
        password: requireParameter(form, 'password'),
        scope,
        client,
        door: 'token',
        device: describeDevice(request),
      })
    case 'refresh_token':
      return services.refreshTokenGrant({
        refreshToken: requireParameter(form, 'refresh_token'),
        scope,
        client,
        door: 'token',
      })
    default:
      throw new AppError('unsupported_grant_type', 'grant_type must be password or refresh_token')
  }
}

/** FastAPI's users leave grant_type out; a client that names itself speaks RFC 6749, which wants it. */
function assumeGrantType({ clientId }: PresentedClient): string {
  if (clientId === undefined) return 'password'
  throw new AppError('invalid_request', 'grant_type is missing')
}

/** Known once the body is read, and asked for again where an error is answered. */
const namingOf = new WeakMap<FastifyRequest, ClientNaming>()
