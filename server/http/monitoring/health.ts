// What a balancer asks: is this process alive, and is it ready for requests (R115)?

import type { FastifyInstance } from 'fastify'
import type { Services } from '../../services.ts'

export async function healthEndpoints(app: FastifyInstance, services: Services): Promise<void> {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })

  app.get('/healthz', async () => ({ status: 'ok' }))

  app.get('/readyz', async (_request, reply) => {
    const checks = {
      ...(await services.checkReadiness()),
      server: app.ending.hasBegun ? 'closing' : 'ok',
    }
    const isReady = Object.values(checks).every((check) => check === 'ok')
    if (!isReady) reply.code(503).header('retry-after', '5')
    return { status: isReady ? 'ok' : 'unavailable', checks }
  })
}
