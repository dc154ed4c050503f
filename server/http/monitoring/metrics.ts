// GET /metrics for Prometheus: counts per endpoint, load, and the lag of the event loop.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { AnyTRPCRouter } from '@trpc/server'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Config } from '../../config.ts'
import type { Services } from '../../services.ts'
import { isFromThisMachine } from '../../web/this-machine.ts'
import { createMeters, type Meters } from './meters.ts'

export async function metricsEndpoint(
  app: FastifyInstance,
  services: Services,
  router: AnyTRPCRouter,
): Promise<void> {
  // The library is loaded after the server listens, so the start does not wait for it.
  let loading: Promise<Meters> | undefined
  let meters: Meters | undefined
  const load = async () => {
    loading ??= createMeters(services)
    meters = await loading
    return meters
  }
  app.addHook('onListen', () => {
    void load()
  })
  app.addHook('onClose', async () => (await loading)?.stop())

  app.addHook('onResponse', (request, reply, done) => {
    meters?.observe(nameRoute(request, router), reply.statusCode, reply.elapsedTime / 1_000)
    done()
  })

  app.get('/metrics', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    if (!mayRead(request, services.config)) {
      const isShown = request.headers.authorization !== undefined
      const challenge = isShown ? 'Bearer error="invalid_token"' : 'Bearer'
      return reply.code(401).header('www-authenticate', challenge).send({
        detail:
          'Metrics are open on this machine only; elsewhere they need METRICS_TOKEN as bearer token',
      })
    }
    const { contentType, read } = await load()
    return reply.type(contentType).send(await read())
  })
}

/** From a fixed list, never the raw path: otherwise callers could create labels without limit. */
function nameRoute({ routeOptions, params }: FastifyRequest, router: AnyTRPCRouter): string {
  const { url } = routeOptions
  if (url === undefined) return 'unknown'
  if (url !== '/trpc/:path') return url
  const path = String((params as { path?: unknown }).path)
  if (path.includes(',')) return '/trpc/batch'
  return Object.hasOwn(router._def.procedures, path) ? `/trpc/${path}` : '/trpc/unknown'
}

function mayRead(
  request: FastifyRequest,
  { metricsToken: token, publicUrl }: Pick<Config, 'metricsToken' | 'publicUrl'>,
): boolean {
  if (isFromThisMachine(request, publicUrl)) return true
  const [, shown] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? []
  return token !== null && shown !== undefined && isSame(shown, token)
}

/** Hashed first, so that neither length nor content can be timed. */
function isSame(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => createHash('sha256').update(text).digest())
  return first !== undefined && second !== undefined && timingSafeEqual(first, second)
}
