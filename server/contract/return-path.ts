// Where to go after sign-in: `next` as received, made safe to follow.

import { homePath, pagePaths } from './pages.ts'

/**
 * Only our own paths are followed; anything else becomes the default. Anyone may write that
 * address, so it must not lead a person who has just signed in to another site. The result is
 * normalised and ASCII, so it can stand in a Location header.
 */
export function safeReturnPath(next: unknown): string {
  if (typeof next !== 'string' || next.length > maxLength || !isOwnPath(next)) {
    return homePath
  }
  const { pathname, search, hash } = new URL(next, placeholderOrigin)
  const path = pathname + search + hash
  // `/x/..//host` only shows its `//` once the dots are resolved.
  return isOwnPath(path) && !authPages.has(pathname) ? path : homePath
}

/** A user who has just signed in is not sent back to the sign-in page. */
const authPages: ReadonlySet<string> = new Set([pagePaths.signIn, pagePaths.register])

const maxLength = 2_048
const placeholderOrigin = 'http://keycard.invalid'

/** More layers of percent-encoding than this have no honest use. */
const maxDecodings = 4

/** Checks the text and every decoding of it: what reads it next may decode once more. */
function isOwnPath(text: string): boolean {
  let current = text
  for (let decodings = 0; decodings <= maxDecodings; decodings += 1) {
    if (!looksLikeOwnPath(current)) return false
    const decoded = percentDecode(current)
    if (decoded === undefined) return false
    if (decoded === current) return true
    current = decoded
  }
  return false
}

function looksLikeOwnPath(text: string): boolean {
  const [path = ''] = text.split(/[?#]/, 1)
  return path.startsWith('/') && !path.includes('//') && !forbiddenCharacters.test(text)
}

/** A browser reads `\` as `/`, and drops tabs and newlines before it reads the rest. */
const forbiddenCharacters = /[\\\p{Cc}\p{Zl}\p{Zp}]/u

function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
