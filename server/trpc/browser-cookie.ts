// A cookie of ours: no script can read it, and only our own pages set and send it (R68 to R71).

import { parseCookie, type SetCookie, stringifySetCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { AppError } from '../contract/app-error.ts'
import { judgeOrigin } from './request-origin.ts'

export type CookieName = 'keycard' | 'keycard-device'

export interface BrowserCookie {
  /** False for clients that are no browser: they keep what they are given themselves. */
  readonly available: boolean
  read(): string | undefined
  /** Without `maxAgeSeconds` it ends with the browser. */
  set(value: string, maxAgeSeconds?: number): void
  clear(): void
}

type CookieConfig = Pick<Config, 'publicUrl' | 'cookieSecure'>

/**
 * @throws AppError cross_site where another site's page sent the request, and invalid_request where
 *   the answer is to be streamed: its headers are gone before there is a cookie to send
 */
export function openBrowserCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  config: CookieConfig,
  cookie: CookieName,
): BrowserCookie {
  const origin = judgeOrigin(request.headers, config.publicUrl)
  if (origin === 'foreign') {
    throw new AppError('cross_site', 'Signing in and out works from our own pages only')
  }
  if (request.headers['trpc-accept'] !== undefined) {
    throw new AppError('invalid_request', 'Call auth.* through a plain link, not a streaming one')
  }
  const available = origin === 'own'

  function send(ours: Pick<SetCookie, 'value' | 'maxAge' | 'expires'>): void {
    if (!available) return
    const name = fullName(cookie, config)
    const attributes = { path: '/', httpOnly: true, secure: config.cookieSecure } as const
    const line = stringifySetCookie({ name, ...ours, ...attributes, sameSite: 'strict' })
    // Fastify puts it beside those that are set already.
    reply.header('set-cookie', line)
  }

  return {
    available,
    read: () => (available ? readCookie(request, cookie, config) : undefined),
    set: (value, maxAge) => send(maxAge === undefined ? { value } : { value, maxAge }),
    clear: () => send({ value: '', maxAge: 0, expires: new Date(0) }),
  }
}

/** Whoever made the browser send it: see `openBrowserCookie` for what only our own pages may ask. */
export function readCookie(
  { headers }: FastifyRequest,
  cookie: CookieName,
  config: CookieConfig,
): string | undefined {
  return parseCookie(headers.cookie ?? '')[fullName(cookie, config)]
}

/** The prefix makes the browser insist: Secure, this host alone, the whole of it (RFC 6265bis). */
function fullName(cookie: CookieName, { cookieSecure }: CookieConfig): string {
  return cookieSecure ? `__Host-${cookie}` : cookie
}
