// Shuts the app down: balancers hear first, requests in progress are answered, and nothing delays it.

import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Services } from '../services.ts'

declare module 'fastify' {
  interface FastifyInstance {
    ending: Ending
  }
}

export interface Ending {
  readonly hasBegun: boolean
  /** From now on `/readyz` is 503, and each answer closes its connection. */
  begin(): void
}

interface EndOptions {
  /** How long it goes on accepting connections, so that balancers hear of the shutdown first. */
  takesForMs: number
  /**
   * When the last connections are closed, whatever is in progress: 5 s after the start by default.
   */
  connectionsUpToMs?: number
}

/** `docker stop` kills after 10 s. */
const connectionsUpToMsDefault = 5_000
const silentSweepMs = 100

/** A request that never ends keeps its connection, and the app, open up to the deadline. */
export async function endApp(app: FastifyInstance, options: EndOptions): Promise<void> {
  const { takesForMs, connectionsUpToMs = connectionsUpToMsDefault } = options
  app.ending.begin()
  const deadline = setTimeout(() => app.server.closeAllConnections(), connectionsUpToMs)
  await sleep(takesForMs)
  await app.close()
  clearTimeout(deadline)
}

/**
 * Without it a browser's kept-alive connection would delay the end for more than a minute, one that
 * it opened in advance for as long, and a stream for as long as its client listens.
 */
export function closeGracefully(
  app: FastifyInstance,
  { liveStreams }: Pick<Services, 'liveStreams'>,
): void {
  const sockets = new Set<Socket>()
  let hasBegun = false
  const begin = () => {
    hasBegun = true
  }
  app.decorate('ending', {
    get hasBegun() {
      return hasBegun
    },
    begin,
  })
  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const closeSilent = () => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  }
  app.addHook('preClose', (done) => {
    begin()
    liveStreams.closeAll()
    if (app.server.listening) {
      const sweep = setInterval(closeSilent, silentSweepMs)
      app.server.once('close', () => clearInterval(sweep))
    }
    done()
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (hasBegun) reply.header('connection', 'close')
    done(null, payload)
  })
}
