// createApp: every plugin and route, in reading order. It does not listen.

import { join } from 'node:path'
import type { AnyTRPCRouter } from '@trpc/server'
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest } from 'fastify'
import { appPages } from './contract/app-pages.ts'
import { mailLinkPath } from './contract/pages.ts'
import { allowOrigins } from './http/allowed-origins.ts'
import { closeGracefully } from './http/graceful-close.ts'
import { addLingeringClose } from './http/lingering-close.ts'
import { healthEndpoints } from './http/monitoring/health.ts'
import { metricsEndpoint } from './http/monitoring/metrics.ts'
import { docsPlugin } from './http/openapi/docs.ts'
import { openapiPlugin } from './http/openapi/openapi.ts'
import { changePasswordUrl } from './http/pages/change-password-url.ts'
import { readClientBuild } from './http/pages/client-build.ts'
import { languageLink } from './http/pages/language-link.ts'
import { loginForm } from './http/pages/login-form.ts'
import { mailPages } from './http/pages/mail-pages.ts'
import { mailboxPage } from './http/pages/mailbox-page.ts'
import { registerForm } from './http/pages/register-form.ts'
import { signOutForm } from './http/pages/sign-out-form.ts'
import { serveStaticClient } from './http/pages/static-client.ts'
import { createSendError, handleErrors } from './http/refusals/error-handler.ts'
import { headersReadBytes, refuseLargeHeaders } from './http/refusals/large-headers.ts'
import { removeCookiesForm } from './http/refusals/remove-cookies.ts'
import {
  refuseUnparsed,
  refuseUnrouted,
  requireOneHost,
} from './http/refusals/unrouted-requests.ts'
import { makeRequestId, tellRequestId } from './http/request-id.ts'
import { restPlugin } from './http/rest/rest.ts'
import { addSecurityHeaders, createSecurityHeaders } from './http/security-headers.ts'
import { trpcPlugin } from './http/trpc/trpc.ts'
import { introspectionEndpoint } from './oauth/introspect.ts'
import { metadataEndpoints } from './oauth/metadata.ts'
import { revocationEndpoint } from './oauth/revoke.ts'
import { tokenEndpoint } from './oauth/token.ts'
import type { Services } from './services.ts'
import { packageFolder } from './settings/package-folder.ts'
import { appRouter } from './trpc/router.ts'
import { readCookie } from './web/browser-cookie.ts'
import { addClientAddress } from './web/client-address.ts'
import { hasLiveRefreshCookie } from './web/refresh-cookie.ts'
import { addIdentity } from './web/require-token.ts'

/** Until a whole request is here, with its body: a slower client only holds a connection. */
const requestTimeoutMs = 60_000

/**
 * @param router whose procedures are answered over tRPC and as REST; all of the app by default
 * @param clientDirectory where the pages are built
 */
export async function createApp(
  services: Services,
  router: AnyTRPCRouter = appRouter,
  clientDirectory = join(packageFolder, 'dist/client'),
): Promise<FastifyInstance> {
  const { config, logger } = services
  const build = await readClientBuild({
    directory: clientDirectory,
    registration: config.registration,
    passwordReset: services.passwordReset.isEnabled,
  })
  const loggerInstance: FastifyBaseLogger = logger.child(
    {},
    { serializers: { req: describeRequest } },
  )
  const securityHeaders = createSecurityHeaders({
    publicUrl: config.publicUrl,
    styleHashes: build?.styleHashes ?? [],
  })
  const sendError = createSendError(build)
  const app = fastify({
    loggerInstance,
    genReqId: makeRequestId,
    // For a path that cannot be read: no hook runs for it.
    frameworkErrors: (error, request, reply) =>
      sendError(
        error,
        request,
        reply.headers({ ...securityHeaders.ofData, 'x-request-id': request.id }),
      ),
    clientErrorHandler: refuseUnparsed(securityHeaders, build?.english.refusalPage),
    http: { requireHostHeader: false, maxHeaderSize: headersReadBytes },
    forceCloseConnections: 'idle',
    // A request that arrives while the app closes, on an open connection, is answered like the rest.
    return503OnClosing: false,
    requestTimeout: requestTimeoutMs,
    routerOptions: {
      ignoreTrailingSlash: true,
      // A batch names all of its procedures in the path.
      maxParamLength: 5_000,
    },
  })

  addClientAddress(app, config)
  addSecurityHeaders(app, securityHeaders)
  tellRequestId(app)
  allowOrigins(app, config)
  requireOneHost(app)
  refuseUnrouted(app, securityHeaders)
  addLingeringClose(app)
  refuseLargeHeaders(app, build)
  handleErrors(app, sendError, build)
  addIdentity(app)
  closeGracefully(app, services)

  // For the operator. Not a plugin of its own: it measures all the others.
  await metricsEndpoint(app, services, router)
  await app.register(async (scope) => healthEndpoints(scope, services))

  // The three surfaces: OAuth2, tRPC, and the same procedures as REST.
  await app.register(async (scope) => tokenEndpoint(scope, services))
  await app.register(async (scope) => revocationEndpoint(scope, services))
  await app.register(async (scope) => introspectionEndpoint(scope, services))
  await app.register(async (scope) => metadataEndpoints(scope, services))
  await app.register(async (scope) => trpcPlugin(scope, services, router))
  await app.register(async (scope) => restPlugin(scope, services, router))
  await app.register(async (pages) => openapiPlugin(pages, services, router))
  await app.register(async (pages) => docsPlugin(pages, build))

  // The pages.
  await app.register(async (pages) => loginForm(pages, services, build))
  await app.register(async (pages) => registerForm(pages, services, build))
  await app.register(async (pages) => signOutForm(pages, services, build))
  await app.register(async (pages) => mailPages(pages, services, build))
  await app.register(async (pages) => mailboxPage(pages, services))
  await app.register(async (pages) => removeCookiesForm(pages, services))
  await app.register(async (pages) => languageLink(pages, services, build))
  await app.register(async (pages) => changePasswordUrl(pages))
  await app.register(async (pages) =>
    serveStaticClient(pages, {
      build,
      pages: Object.values(appPages),
      isSignedIn: (request) => hasLiveRefreshCookie(request, services),
      keepsCookie: (request) => readCookie(request, 'keycard', config) !== undefined,
      config,
    }),
  )
  return app
}

/** Of it what follows is a secret, in any spelling that leads there. */
const mailLink = /^\/+mail\/.*/i

/** In characters. Our longest path, a batch of ten, is shorter. */
const loggedPathMaxLength = 400

/**
 * What the log has of a request: its path without the query, where a client might put a token
 * (R30).
 */
function describeRequest({ method, url, ip }: FastifyRequest) {
  const path = url.slice(0, loggedPathMaxLength).split('?', 1)[0] ?? ''
  return { method, path: path.replace(mailLink, `${mailLinkPath}/…`), address: ip }
}
