// Whether a request comes from our own pages: asked before a cookie is handed out or believed.

import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'

/**
 * - `own`: the browser says so. A cookie may be set and read.
 * - `none`: no browser sent it (curl, a Node client). No cookie; tokens travel in the answer.
 * - `foreign`: another site's page, or another port of this host. Refused (R70, R71).
 */
export type RequestOrigin = 'own' | 'none' | 'foreign'

/** Sec-Fetch-Site cannot be set by scripts; Origin serves browsers that do not send it. */
export function judgeOrigin(headers: IncomingHttpHeaders, publicUrl: string): RequestOrigin {
  const fetchSite = headers['sec-fetch-site']
  if (fetchSite !== undefined) return fetchSite === 'same-origin' ? 'own' : 'foreign'
  if (headers.origin !== undefined) return headers.origin === publicUrl ? 'own' : 'foreign'
  return 'none'
}

/**
 * The address at which a page of ours is open, where PUBLIC_URL is another one. The browser says that
 * the page is ours; over plain http it says nothing (Fetch Metadata §2), and the page's address is
 * held against the one that the request came to.
 */
export function findOtherAddress(
  { headers, host }: Pick<FastifyRequest, 'headers' | 'host'>,
  publicUrl: string,
): string | undefined {
  const { origin } = headers
  if (origin === undefined || origin === publicUrl || !isOrigin(origin)) return undefined
  const fetchSite = headers['sec-fetch-site']
  const isOurs =
    fetchSite === undefined ? new URL(origin).host === host : fetchSite === 'same-origin'
  return isOurs ? origin : undefined
}

/** A host name has 253 characters at most (RFC 1035 §2.3.4). */
const originMaxLength = 'https://'.length + 253 + ':65535'.length

function isOrigin(text: string): boolean {
  if (text.length > originMaxLength || !URL.canParse(text)) return false
  const { protocol, origin } = new URL(text)
  return (protocol === 'http:' || protocol === 'https:') && origin === text
}
