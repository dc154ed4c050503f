// ALLOWED_ORIGINS: exactly what a browser writes into the Origin header of a page (RFC 6454 §6.2).

/** Many pages send `null` and `file://`, strangers' pages too. */
const neverOneSite = /^(?:null|file|data|blob|about|javascript):|^null$/

/** Other schemes are those of web views: `capacitor://localhost`. `URL` gives them no origin. */
const otherScheme = /^[a-z][a-z\d+.-]*:\/\/[a-z\d](?:[a-z\d.-]*[a-z\d])?(?::\d{1,5})?$/

export function isExactOrigin(text: string): boolean {
  // `URL` takes an asterisk for a letter of a host.
  if (!URL.canParse(text) || neverOneSite.test(text) || text.includes('*')) return false
  const { protocol, origin } = new URL(text)
  return protocol === 'http:' || protocol === 'https:' ? origin === text : otherScheme.test(text)
}
