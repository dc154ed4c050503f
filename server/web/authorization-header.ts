// Reads the Authorization headers of a request, all of them.

/**
 * Node silently keeps only the first of two, so the raw list is read: names and values alternate. To
 * refuse two, a caller has to see both (RFC 6750 §2, R22).
 */
export function readAuthorizationHeaders(rawHeaders: readonly string[]): string[] {
  const found: string[] = []
  // On the path of every call: no name is read twice, and no string is made for it.
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length === 13 && name.toLowerCase() === 'authorization') {
      found.push(rawHeaders[at + 1] ?? '')
    }
  }
  return found
}
