// The browser's refresh token: a cookie no script can read, for our own pages only (R68 to R71).

import '@fastify/cookie'
import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { AppError } from '../contract/app-error.ts'
import type { Services } from '../services.ts'
import { judgeOrigin } from './request-origin.ts'

export interface RefreshCookie {
  /** False for clients that are no browser: they keep the token themselves. */
  readonly available: boolean
  read(): string | undefined
  set(refreshToken: string): void
  clear(): void
}

/**
 * @throws AppError cross_site where another site's page sent the request, and invalid_request where
 *   the answer is to be streamed: its headers are gone before there is a cookie to send
 */
export function openRefreshCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  config: Pick<Config, 'publicUrl' | 'cookieSecure'>,
): RefreshCookie {
  const origin = judgeOrigin(request.headers, config.publicUrl)
  if (origin === 'foreign') {
    throw new AppError('cross_site', 'Signing in and out works from our own pages only')
  }
  if (request.headers['trpc-accept'] !== undefined) {
    throw new AppError('invalid_request', 'Call auth.* through a plain link, not a streaming one')
  }
  const available = origin === 'own'
  const name = cookieName(config)
  const attributes: CookieSerializeOptions = {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: config.cookieSecure,
  }
  return {
    available,
    read: () => (available ? request.cookies[name] : undefined),
    // No Max-Age: it ends with the browser, and the session's idle expiry counts on the server.
    set: (refreshToken) => {
      if (available) reply.setCookie(name, refreshToken, attributes)
    },
    clear: () => {
      if (available) reply.clearCookie(name, attributes)
    },
  }
}

/**
 * Whether a page that is being opened will find its session. It only decides which page is shown,
 * so it may be asked of an address typed by hand, which is not `same-origin`.
 */
export async function hasLiveRefreshCookie(
  request: FastifyRequest,
  { config, sessions }: Pick<Services, 'config' | 'sessions'>,
): Promise<boolean> {
  const refreshToken = request.cookies[cookieName(config)]
  return refreshToken !== undefined && (await sessions.isLive(refreshToken))
}

/** The prefix makes the browser insist: Secure, this host alone, the whole of it (RFC 6265bis). */
function cookieName({ cookieSecure }: Pick<Config, 'cookieSecure'>): string {
  return cookieSecure ? '__Host-keycard' : 'keycard'
}
