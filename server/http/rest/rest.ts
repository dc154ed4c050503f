// The REST API: every procedure that declares a path, as a plain route under /api.

import { Readable } from 'node:stream'
import type { AnyTRPCRouter } from '@trpc/server'
import type {
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  HTTPMethods,
} from 'fastify'
import { AppError } from '../../contract/app-error.ts'
import type { TextFile } from '../../contract/text-file.ts'
import type { Services } from '../../services.ts'
import { type Context, createContext } from '../../trpc/context.ts'
import { acceptJsonOnly } from '../../web/json-body.ts'
import { readInput } from './rest-input.ts'
import { listRestProcedures, type RestProcedure, restPrefix } from './rest-procedures.ts'
import { toEtag, type Versioned } from './row-etag.ts'

export async function restPlugin(
  app: FastifyInstance,
  services: Services,
  router: AnyTRPCRouter,
): Promise<void> {
  const routes: FastifyPluginAsync = async (api) => addRoutes(api, services, router)
  await app.register(routes, { prefix: restPrefix })
}

function addRoutes(api: FastifyInstance, services: Services, router: AnyTRPCRouter): void {
  // Read once the caller is known.
  acceptJsonOnly(api, { parse: (text) => text })

  api.addHook('onRequest', (request, reply, done) => {
    reply.header('cache-control', 'no-store')
    // The path does not exist, whatever the body is.
    if (request.is404) refuseUnknownPath(request, reply)
    else done()
  })
  api.setNotFoundHandler(refuseUnknownPath)

  const procedures = listRestProcedures(router)
  for (const procedure of procedures) {
    api.route({
      method: procedure.rest.method,
      url: toRoutePath(procedure),
      config: { isProtected: !procedure.isPublic },
      handler: (request, reply) => callProcedure(services, procedure, request, reply),
    })
  }
  for (const url of new Set(procedures.map(toRoutePath))) {
    const atUrl = procedures.filter((procedure) => toRoutePath(procedure) === url)
    const methods = atUrl.map(({ rest }) => rest.method)
    refuseOtherMethods(api, url, methods)
  }
}

async function callProcedure(
  services: Services,
  procedure: RestProcedure,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const ctx = createContext(services, request, reply)
  const input = await readInputOfCaller(services, procedure, request, ctx)
  const output = await procedure.call({
    path: procedure.name,
    type: procedure.type,
    getRawInput: async () => input,
    ctx,
    signal: undefined,
    batchIndex: 0,
  })
  if (procedure.rest.mediaTypes) return sendFile(reply, output as TextFile)
  if (procedure.rest.isVersioned) reply.header('etag', toEtag(output as Versioned))
  return reply
    .code(procedure.rest.successStatus ?? 200)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(output))
}

/** No more of it is read than its receiver takes; a closed connection ends the reading. */
function sendFile(reply: FastifyReply, { name, mediaType, text }: TextFile): FastifyReply {
  return reply
    .type(`${mediaType}; charset=utf-8`)
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(Readable.from(text, { objectMode: false }))
}

/** A caller without permission learns that first, whatever they sent (RFC 6750 §3.1). */
async function readInputOfCaller(
  { identities }: Services,
  procedure: RestProcedure,
  request: FastifyRequest,
  ctx: Context,
): Promise<object> {
  const { isPublic, scopes } = procedure
  try {
    return readInput(request, procedure)
  } catch (error) {
    const isTokenElsewhere = error instanceof AppError && error.reason === 'not_authenticated'
    if (!isPublic && !isTokenElsewhere) identities.requireScopes(await ctx.identify(), scopes)
    throw error
  }
}

function refuseOtherMethods(api: FastifyInstance, url: string, methods: string[]): void {
  const allowed = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  const refuse = (_request: FastifyRequest, reply: FastifyReply) =>
    reply.code(405).header('allow', allowed.join(', ')).send({ detail: 'Method Not Allowed' })
  api.route({
    method: api.supportedMethods.filter((method) => !allowed.includes(method)) as HTTPMethods[],
    url,
    // Before the body is looked at.
    onRequest: async (request, reply) => refuse(request, reply),
    handler: refuse,
  })
}

function refuseUnknownPath(_request: FastifyRequest, reply: FastifyReply) {
  return reply.code(404).send({ detail: 'Not Found' })
}

/** `/items/{id}` in OpenAPI's words, `/items/:id` in Fastify's. */
function toRoutePath({ rest }: RestProcedure): string {
  return rest.path.replaceAll(/\{(\w+)\}/g, ':$1')
}
