// Whether a request comes from our own pages: asked before a cookie is handed out or believed.

import type { IncomingHttpHeaders } from 'node:http'

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
