// Headers that are too large: refused where a browser can be told which of its cookies it is.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { removeCookiesPath } from '../../contract/pages/refusal-page.ts'
import { sendRefusal } from '../html/html-reply.ts'
import type { CookieWeight, Refusal, RefusalPage } from '../html/refusal-page.ts'

/** In bytes: Node's own default. The address is not counted: what reads it has bounds of its own. */
const headersMaxBytes = 16 * 1_024
/**
 * What is read of them, so that the answer can name the cookies; past it the parser refuses. Three times
 * as much, and less than a connection may send as a body. The first read of a socket (64 KiB) still has
 * the request's line where the parser refuses: a browser is known by what stands after it.
 */
export const headersReadBytes = 48 * 1_024

/** RFC 6585 §5. */
export const headersTooLarge: Refusal = {
  status: 431,
  detail: 'The headers are too large, cookies perhaps',
}

export function refuseLargeHeaders(app: FastifyInstance, page: RefusalPage | undefined): void {
  app.addHook('onRequest', (request, reply, done) => {
    const refusal = findLargeHeaders(request)
    if (refusal === undefined || request.routeOptions.url === removeCookiesPath) return done()
    void sendRefusal(request, reply.header('connection', 'close'), page, refusal)
  })
}

/** @returns why the request is refused, or undefined: it may have its headers */
function findLargeHeaders(request: FastifyRequest): Refusal | undefined {
  let bytes = 0
  for (const text of request.raw.rawHeaders) bytes += text.length
  if (bytes < headersMaxBytes) return undefined
  const cookies = weighCookies(request.headers.cookie ?? '')
  // Without its cookies the request would still be too large.
  return cookies.total > bytes - headersMaxBytes ? { ...headersTooLarge, cookies } : headersTooLarge
}

export function weighCookies(header: string): CookieWeight {
  const bytesOf = new Map<string, number>()
  for (const pair of header.split('; ')) {
    const [name = ''] = pair.split('=', 1)
    if (name !== '') bytesOf.set(name, (bytesOf.get(name) ?? 0) + pair.length)
  }
  const largest = [...bytesOf].map(([name, bytes]) => ({ name, bytes }))
  return { total: header.length, largest: largest.sort((one, other) => other.bytes - one.bytes) }
}
