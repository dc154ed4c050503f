// Headers that are too large: refused in a way that tells a browser which of its cookies is the cause.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { removeCookiesPath } from '../../contract/pages/refusal-page.ts'
import { type RefusalPages, sendRefusal } from '../html/html-reply.ts'
import type { CookieWeight, Refusal } from '../html/refusal-page.ts'

/** In bytes: Node's own default. The address is not counted; its readers have their own bounds. */
const headersMaxBytes = 16 * 1_024
/**
 * How much of them is read, so that the answer can name the cookies; beyond it the parser refuses.
 * Three times as much, and less than a connection may send as a body. The first read of a socket
 * (64 KiB) still holds the request line where the parser refuses: a browser is recognised by the
 * headers after it.
 */
export const headersReadBytes = 48 * 1_024

/** RFC 6585 §5. */
export const headersTooLarge: Refusal = {
  status: 431,
  detail: 'The headers are too large, cookies perhaps',
}

export function refuseLargeHeaders(app: FastifyInstance, pages: RefusalPages | undefined): void {
  app.addHook('onRequest', (request, reply, done) => {
    const refusal = findLargeHeaders(request)
    if (refusal === undefined || request.routeOptions.url === removeCookiesPath) return done()
    void sendRefusal(request, reply.header('connection', 'close'), pages, refusal)
  })
}

/** @returns why the request is refused, or undefined where its headers are accepted */
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
