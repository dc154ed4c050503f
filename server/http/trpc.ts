// The typed door at /trpc: tRPC's own protocol, behind Fastify.

import { getTRPCErrorShape, TRPCError } from '@trpc/server'
import { fastifyRequestHandler } from '@trpc/server/adapters/fastify'
import type { FastifyInstance } from 'fastify'
import { asAppError } from '../contract/request-fault.ts'
import type { Services } from '../services.ts'
import { createContext } from '../trpc/context.ts'
import { appRouter } from '../trpc/router.ts'
import { challengeOf, toTrpcError } from '../trpc/trpc-error.ts'
import { acceptJsonOnly } from './json-body.ts'

/** Calls in one request; more are refused (R80). The client's link cuts its batches to this. */
const batchMaxSize = 10

const methods = ['GET', 'HEAD', 'POST']

/** In place of tRPC's own, which let caches keep what is somebody's, and connections linger. */
const streamHeaders = {
  // R85.
  'cache-control': 'no-store, no-transform',
  // What has carried a stream carries nothing after it: a server that closes waits for nobody.
  connection: 'close',
}

export async function trpcDoor(app: FastifyInstance, services: Services): Promise<void> {
  // Plain text and forms can be posted by a page of any site: they are not even parsed.
  acceptJsonOnly(app, { parse: (text) => text })

  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    if (methods.includes(request.method)) return
    // Before the adapter: it makes a Request of it, which for some methods throws.
    reply.header('allow', methods.join(', '))
    throw new TRPCError({ code: 'METHOD_NOT_SUPPORTED', message: 'Procedures take GET and POST' })
  })

  // What is wrong before tRPC sees it, in the shape its client reads.
  app.setErrorHandler((error, request, reply) => {
    const trpcError = error instanceof TRPCError ? error : toTrpcError(asAppError(error) ?? error)
    if (trpcError.code === 'INTERNAL_SERVER_ERROR') {
      request.log.error({ err: error }, 'request failed')
    }
    const shape = getTRPCErrorShape({
      config: appRouter._def._config,
      error: trpcError,
      type: 'unknown',
      path: undefined,
      input: undefined,
      ctx: undefined,
    })
    return reply.code(shape.data.httpStatus).send({ error: shape })
  })

  app.all<{ Params: { path: string } }>('/trpc/:path', async (request, reply) => {
    await fastifyRequestHandler({
      router: appRouter,
      req: request,
      res: reply,
      path: request.params.path,
      createContext: () => createContext(services, request, reply),
      // One credential in one place (R23): the method of a call is that of its request (R81).
      allowMethodOverride: false,
      maxBatchSize: batchMaxSize,
      responseMeta: ({ errors, type }) => {
        if (type === 'subscription') return { headers: streamHeaders }
        const challenge = errors.map(challengeOf).find((header) => header !== undefined)
        return challenge === undefined ? {} : { headers: { 'www-authenticate': challenge } }
      },
      onError: ({ error, path }) => {
        if (error.code !== 'INTERNAL_SERVER_ERROR') return
        request.log.error({ err: error.cause ?? error, path }, 'procedure failed')
      },
    })
    return reply
  })
}
