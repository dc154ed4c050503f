// Reads the Authorization headers of a request, all of them.

/**
 * Node silently keeps only the first of two, so the raw list is read: names and values alternate. To
 * refuse two, a caller has to see both (RFC 6750 §2, R22).
 */
export function readAuthorizationHeaders(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter(
    (_value, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'authorization',
  )
}
