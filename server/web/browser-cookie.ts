// One of our cookies: no script can read it, and only our own pages set and send it (R68 to R71).

import { parseCookie, type SetCookie, stringifySetCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { AppError } from '../contract/app-error.ts'
import { themeCookie } from '../contract/theme.ts'
import type { Services } from '../services.ts'
import { findOtherAddress, judgeOrigin } from './request-origin.ts'
import { asksForStream } from './stream-request.ts'

export type CookieName = 'keycard' | 'keycard-device'

export interface BrowserCookie {
  /** False for clients that are not browsers: they store what they are given themselves. */
  readonly available: boolean
  read(): string | undefined
  /** Without `maxAgeSeconds` the cookie ends with the browser. */
  set(value: string, maxAgeSeconds?: number): void
  clear(): void
}

/**
 * @throws AppError cross_site where another site's page sent the request; other_address where our
 *   own page did, but the browser cannot say so; and invalid_request where the answer is to be
 *   streamed: its headers are gone before there is a cookie to send
 */
export function openBrowserCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  { config, otherAddresses }: Pick<Services, 'config' | 'otherAddresses'>,
  cookie: CookieName,
): BrowserCookie {
  const origin = judgeOrigin(request, config)
  const otherAddress = findOtherAddress(request, config.publicUrl)
  const advice = otherAddress && otherAddresses.note(otherAddress)
  if (origin === 'foreign') {
    if (advice !== undefined) throw new AppError('other_address', advice)
    throw new AppError('cross_site', 'Signing in and out works from our own pages only')
  }
  if (asksForStream(request.headers)) {
    throw new AppError(
      'invalid_request',
      'A streamed answer carries no cookie: call auth.* through httpLink or httpBatchLink',
    )
  }
  const available = origin === 'own'

  function send(secure: boolean, ours: Pick<SetCookie, 'value' | 'maxAge' | 'expires'>): void {
    const name = fullName(cookie, secure)
    const attributes = { path: '/', httpOnly: true, secure } as const
    const line = stringifySetCookie({ name, ...ours, ...attributes, sameSite: 'strict' })
    if (reply.raw.headersSent) throw new Error(`Too late for the cookie ${name}`)
    // Fastify adds it to the cookies that are already set.
    reply.header('set-cookie', line)
  }

  function replace(ours: Pick<SetCookie, 'value' | 'maxAge' | 'expires'>): void {
    if (!available) return
    send(config.cookieSecure, ours)
    if (!config.cookieSecure && readNamed(request, fullName(cookie, true)) !== undefined) {
      send(true, deletion)
    }
  }

  return {
    available,
    read: () => (available ? readCookie(request, cookie, config) : undefined),
    set: (value, maxAge) => replace(maxAge === undefined ? { value } : { value, maxAge }),
    clear: () => replace(deletion),
  }
}

const deletion = { value: '', maxAge: 0, expires: new Date(0) }

/**
 * Does not ask which page made the browser send it; use `openBrowserCookie` for what only our own
 * pages may do. Over http the Secure cookie that earlier versions set there still counts until it
 * is replaced. Over https a plain one never does: another port or subdomain may have set it (R71).
 */
export function readCookie(
  request: FastifyRequest,
  cookie: CookieName,
  { cookieSecure }: Pick<Config, 'cookieSecure'>,
): string | undefined {
  const secureCookie = fullName(cookie, true)
  if (cookieSecure) return readNamed(request, secureCookie)
  return readNamed(request, fullName(cookie, false)) ?? readNamed(request, secureCookie)
}

/** Any prefix counts, and it does not matter which page set it. */
export function isOwnCookie(name: string): boolean {
  return name === themeCookie || /^(?:__Host-)?keycard(?:-device|-language)?$/.test(name)
}

function readNamed({ headers }: FastifyRequest, name: string): string | undefined {
  return parseCookie(headers.cookie ?? '')[name]
}

/**
 * The browser enforces what the prefix says: Secure, this host only, the whole host (RFC 6265bis
 * §4.1.3.2).
 */
function fullName(cookie: CookieName, secure: boolean): string {
  return secure ? `__Host-${cookie}` : cookie
}
