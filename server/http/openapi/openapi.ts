// GET /openapi.json: the document that describes the REST API.

import { createHash } from 'node:crypto'
import type { AnyTRPCRouter } from '@trpc/server'
import type { FastifyInstance } from 'fastify'
import type { Services } from '../../services.ts'
import { describeApi } from './openapi-document.ts'

export const openapiPath = '/openapi.json'

export async function openapiPlugin(
  app: FastifyInstance,
  { config }: Services,
  router: AnyTRPCRouter,
): Promise<void> {
  const document = JSON.stringify(describeApi(router, config))
  const etag = `"${createHash('sha256').update(document).digest('base64url')}"`

  app.get(openapiPath, async (request, reply) => {
    // A minute, in seconds; after that clients ask again, and get it only if it has changed.
    reply.headers({ 'cache-control': 'max-age=60', etag })
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    return reply.type('application/json; charset=utf-8').send(document)
  })
}
