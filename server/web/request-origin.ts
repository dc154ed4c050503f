// Whether a request comes from our own pages: checked before a cookie or a token is handed out.

/** What is read of a request; Fastify's request fits. */
export interface OriginFacts {
  readonly headers: {
    readonly host?: string | undefined
    readonly origin?: string | undefined
    readonly 'sec-fetch-site'?: string | string[] | undefined
  }
  /** Whether the connection comes from a trusted proxy, which may use its own name for us. */
  readonly isFromProxy?: boolean
}

export interface OriginSettings {
  /** An origin without a trailing slash. */
  readonly publicUrl: string
  readonly demoAccounts: boolean
}

/**
 * - `own`: the browser says so. A cookie may be set and read.
 * - `none`: no browser sent it (curl, a Node client). No cookie; tokens travel in the answer.
 * - `foreign`: another site's page, or another port of this host. Refused (R70, R71).
 */
export type RequestOrigin = 'own' | 'none' | 'foreign'

/**
 * Scripts can set neither header. `Sec-Fetch-Site: same-origin` alone is not enough: to the
 * browser, a name whose owner points it at this machine (DNS rebinding) is the same origin. So the
 * Origin must be one of ours, and where there is none, the Host.
 */
export function judgeOrigin(request: OriginFacts, settings: OriginSettings): RequestOrigin {
  const { headers, isFromProxy = false } = request
  const { origin, host } = headers
  const fetchSite = headers['sec-fetch-site']
  if (fetchSite !== undefined && fetchSite !== 'same-origin') return 'foreign'
  const isSameOrigin = fetchSite === 'same-origin'
  // A form on a page with `Referrer-Policy: no-referrer` sends `null`, which counts as absent.
  if (origin !== undefined && !(isSameOrigin && origin === 'null')) {
    return isOwnOrigin(request, settings.publicUrl) ? 'own' : 'foreign'
  }
  // The name a proxy uses for us says nothing about the browser.
  const isOurs = isFromProxy || isOwnHost(host, settings.publicUrl)
  if (isSameOrigin) return isOurs ? 'own' : 'foreign'
  // Their passwords are public, and old browsers send neither header.
  return settings.demoAccounts && !isOurs ? 'foreign' : 'none'
}

/**
 * Whether a Host header names PUBLIC_URL's host, this machine or an address: no other site can be
 * there.
 */
export function isOwnHost(host: string | undefined, publicUrl: string): boolean {
  const url = readUrl(`http://${host}`)
  if (url === undefined) return false
  return isLocalName(url.hostname) || url.hostname === new URL(publicUrl).hostname
}

function isOwnOrigin({ headers, isFromProxy }: OriginFacts, publicUrl: string): boolean {
  const { origin = '', host } = headers
  if (origin === publicUrl) return true
  const url = isOrigin(origin) ? new URL(origin) : undefined
  if (url === undefined || !isLocalName(url.hostname)) return false
  const isAtHost = readUrl(`${url.protocol}//${host}`)?.host === url.host
  // Behind a proxy the Host may differ, and for such a name the browser's word is enough.
  return isAtHost || (isFromProxy === true && headers['sec-fetch-site'] === 'same-origin')
}

/** Names that no one can point elsewhere (RFC 6761 §6.3), as `URL` writes them. */
function isLocalName(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|\d+(?:\.\d+){3}|\[.*\])$/.test(hostname)
}

/**
 * The address at which one of our pages is open, if it is not PUBLIC_URL. The browser says that the
 * page is ours. Over plain http it says nothing (Fetch Metadata §2), so the page's address is
 * compared with the one that the request came to.
 */
export function findOtherAddress({ headers }: OriginFacts, publicUrl: string): string | undefined {
  const { origin, host } = headers
  if (origin === undefined || origin === publicUrl || !isOrigin(origin)) return undefined
  const fetchSite = headers['sec-fetch-site']
  const isOurs =
    fetchSite === undefined ? new URL(origin).host === host : fetchSite === 'same-origin'
  return isOurs ? origin : undefined
}

/** A host name has 253 characters at most (RFC 1035 §2.3.4). */
const originMaxLength = 'https://'.length + 253 + ':65535'.length

function isOrigin(text: string): boolean {
  if (text.length > originMaxLength) return false
  const url = readUrl(text)
  return (url?.protocol === 'http:' || url?.protocol === 'https:') && url.origin === text
}

function readUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
