// Keycard inside another app: opened with settings, mounted as a request handler, asked for the caller.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createApp } from './app.ts'
import type { Identity } from './auth/tokens/identity.ts'
import { readConfig } from './config.ts'
import { createServices, type Services } from './services.ts'
import { readAuthorizationHeaders } from './web/authorization-header.ts'

export { createApp, createServices, type Identity, readConfig, type Services }

export interface Keycard {
  /**
   * Answers the request, whatever its path: 404 for those that are not Keycard's. It reads the body
   * itself, so it comes before any body parser.
   */
  handle(request: IncomingMessage, response: ServerResponse): void
  /**
   * The bearer of the request's token, for the host's own routes and tRPC context.
   * @throws AppError not_authenticated, token_expired, invalid_token; unavailable
   */
  identify(request: IncomingMessage): Promise<Identity>
  /** The rules themselves: users, sessions, clients. */
  readonly services: Services
  /** Ends streams and closes the database. Call it once the host accepts no more requests. */
  close(): Promise<void>
}

/**
 * Opens the database and builds everything; it does not listen.
 * @param settings as in the environment (docs/settings.md), and nothing else: neither `.env` nor
 *   process.env is read
 * @throws StartError with one line for each wrong setting
 */
export async function openKeycard(
  settings: Readonly<Record<string, string | undefined>>,
): Promise<Keycard> {
  const services = await createServices(readConfig(settings))
  try {
    const app = await createApp(services)
    await app.ready()
    return {
      handle: (request, response) => app.routing(request, response),
      identify: (request) =>
        services.identities.identify(readAuthorizationHeaders(request.rawHeaders)),
      services,
      async close() {
        await app.close()
        await services.close()
      },
    }
  } catch (error) {
    await services.close()
    throw error
  }
}
