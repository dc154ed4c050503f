// The Authorization headers of a request, all of them.

/**
 * Node keeps the first of two without a word, so the raw list is read: names and values in turns.
 * Who may send one only has to be able to see that there are two (RFC 6750 §2, R22).
 */
export function readAuthorizationHeaders(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter(
    (_value, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'authorization',
  )
}
