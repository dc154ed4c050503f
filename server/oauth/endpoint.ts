// What every OAuth2 endpoint that takes a form has in common: method, body, client, errors.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Client } from '../auth/clients/clients.ts'
import type { Config } from '../config.ts'
import { AppError } from '../contract/app-error.ts'
import type { Services } from '../services.ts'
import { readAuthorizationHeaders } from '../web/authorization-header.ts'
import { acceptForm, type FormParameters } from '../web/form-body.ts'
import { asAppError } from '../web/request-fault.ts'
import { judgeOrigin, type OriginSettings } from '../web/request-origin.ts'
import { type PresentedClient, readClientCredentials } from './client-credentials.ts'
import { type ClientNaming, toOAuthError } from './oauth-error.ts'

export interface OAuthRequest {
  form: FormParameters
  /** How the client named itself … */
  presented: PresentedClient
  /** … and which client it is: its secret has been checked. */
  client: Client
  request: FastifyRequest
  reply: FastifyReply
}

interface OAuthEndpoint {
  path: string
  /** Whether an access token also authorizes the request. */
  takesBearer?: boolean
  answer: (request: OAuthRequest) => Promise<unknown>
}

/** For an encapsulated plugin: its body parser and error shape apply to this endpoint only. */
export function addOAuthEndpoint(
  app: FastifyInstance,
  services: Services,
  { path, takesBearer = false, answer }: OAuthEndpoint,
): void {
  acceptForm(app)

  app.addHook('onRequest', async (request, reply) => {
    // RFC 6749 §5.1, on success and error alike.
    reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
    if (request.method === 'POST') return refuseForeignPage(request, services.config)
    const description = `${path} takes POST only`
    return reply
      .code(405)
      .header('allow', 'POST')
      .send({ error: 'invalid_request', error_description: description, detail: description })
  })

  app.setErrorHandler((error, request, reply) => {
    const naming = namingOf.get(request) ?? { named: false, usedBasic: false }
    const usedBearer = takesBearer && /^bearer\b/i.test(request.headers.authorization ?? '')
    const { status, headers, body } = toOAuthError(asAppError(error), { ...naming, usedBearer })
    // Log our own faults only: a flood of 503s ("come later") must not fill the log.
    if (status === 500) request.log.error({ err: error }, 'OAuth2 endpoint failed')
    return reply.code(status).headers(headers).send(body)
  })

  app.all<{ Body: FormParameters }>(path, async (request, reply) => {
    const { body: form } = request
    const authorization = readAuthorizationHeaders(request.raw.rawHeaders)
    const presented = readClientCredentials(authorization, form)
    const { clientId, usedBasic } = presented
    namingOf.set(request, { named: clientId !== undefined, usedBasic })
    const client = await services.clients.authenticate(presented)
    return answer({ form, presented, client, request, reply })
  })
}

/**
 * Any page may post a form to any site without asking. It could not read the answer, but it would
 * start sessions and use up the sign-in attempts of the person who is looking at that page (R71).
 */
function refuseForeignPage(
  request: FastifyRequest,
  settings: OriginSettings & Pick<Config, 'allowedOrigins'>,
): void {
  const { origin, 'sec-fetch-site': fetchSite } = request.headers
  // A browser extension, for example: no page sent the request.
  if (fetchSite === 'none') return
  if (judgeOrigin(request, settings) !== 'foreign') return
  if (origin !== undefined && settings.allowedOrigins.includes(origin)) return
  throw new AppError(
    'cross_site',
    'A page of another site cannot call this, unless its origin is in ALLOWED_ORIGINS',
  )
}

/** Known once the body is read, and asked for again when an error is answered. */
const namingOf = new WeakMap<FastifyRequest, Omit<ClientNaming, 'usedBearer'>>()
