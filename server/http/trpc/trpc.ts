// The typed API at /trpc: tRPC's own protocol, behind Fastify. The procedures are in server/trpc.

import { type AnyTRPCRouter, getTRPCErrorShape, TRPCError } from '@trpc/server'
import { fastifyRequestHandler } from '@trpc/server/adapters/fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Services } from '../../services.ts'
import { createContext } from '../../trpc/context.ts'
import { appRouter } from '../../trpc/router.ts'
import { toTrpcError } from '../../trpc/trpc-error.ts'
import { acceptJsonOnly } from '../../web/json-body.ts'
import { asAppError } from '../../web/request-fault.ts'
import { refuseLinkSettings } from '../link-settings.ts'
import { answerPlainCalls } from './answer-plain-calls.ts'
import { type PathRoute, readPlainCalls } from './plain-calls.ts'
import { challengeHeader, logFault } from './trpc-errors.ts'

/** Calls in one request; more are refused (R80). The client's link cuts its batches to this size. */
const batchMaxSize = 10

const methods = ['GET', 'HEAD', 'POST']

/** Replace tRPC's own headers, which let caches store personal answers, and connections linger. */
const streamHeaders = {
  // R85.
  'cache-control': 'no-store, no-transform',
  // A connection that carried a stream carries nothing after it, so a closing server waits for no client.
  connection: 'close',
}

export async function trpcPlugin(
  app: FastifyInstance,
  services: Services,
  router: AnyTRPCRouter = appRouter,
  answer = answerCalls,
): Promise<void> {
  // Any site's page can post plain text and forms, so they are not even parsed.
  acceptJsonOnly(app, { parse: (text) => text })

  app.addHook('onRequest', (request, reply, done) => {
    reply.header('cache-control', 'no-store')
    if (methods.includes(request.method)) return done()
    // Before the adapter: it makes a Request of it, which throws for some methods.
    reply.header('allow', methods.join(', '))
    done(new TRPCError({ code: 'METHOD_NOT_SUPPORTED', message: 'Procedures take GET and POST' }))
  })

  // What fails before tRPC sees it, in the shape its client reads.
  app.setErrorHandler((error, request, reply) => {
    const trpcError = error instanceof TRPCError ? error : toTrpcError(asAppError(error) ?? error)
    if (trpcError.code === 'INTERNAL_SERVER_ERROR') {
      request.log.error({ err: error }, 'request failed')
    }
    const shape = getTRPCErrorShape({
      config: router._def._config,
      error: trpcError,
      type: 'unknown',
      path: undefined,
      input: undefined,
      ctx: undefined,
    })
    return reply
      .code(shape.data.httpStatus)
      .headers(challengeHeader(router, request, [trpcError]))
      .send({ error: shape })
  })

  app.all<PathRoute>('/trpc/:path', (request, reply) => answer(router, request, reply, services))
}

function answerCalls(
  router: AnyTRPCRouter,
  request: FastifyRequest<PathRoute>,
  reply: FastifyReply,
  services: Services,
): Promise<FastifyReply> {
  const plainCalls = readPlainCalls(router, request, batchMaxSize)
  return plainCalls
    ? answerPlainCalls(router, plainCalls, request, reply, services)
    : answerByTrpc(router, request, reply, services)
}

/** Streams, subscriptions and anything unusual, by tRPC's own adapter. */
export async function answerByTrpc(
  router: AnyTRPCRouter,
  request: FastifyRequest<PathRoute>,
  reply: FastifyReply,
  services: Services,
): Promise<FastifyReply> {
  refuseLinkSettings(router, request, reply, batchMaxSize)
  const { headers } = request.raw
  const { host } = headers
  // It makes a URL of the Host header, which is not always possible. A procedure uses the real one.
  headers.host = 'localhost'
  const answered = fastifyRequestHandler({
    router,
    req: request,
    res: reply,
    path: request.params.path,
    createContext: () => createContext(services, request, reply),
    // One credential in one place (R23); a call's method is that of its request (R81).
    allowMethodOverride: false,
    maxBatchSize: batchMaxSize,
    responseMeta: ({ errors, type }) => ({
      headers: type === 'subscription' ? streamHeaders : challengeHeader(router, request, errors),
    }),
    onError: ({ error, path }) => logFault(request, error, path),
  })
  headers.host = host
  await answered
  return reply
}
