// Listens for secrets where none belongs: in addresses, which histories and logs store, and on the console.

import type { BrowserContext } from 'playwright'

/** An access token, and a refresh token. */
const tokens = /\beyJ[\w-]{10,}\.[\w-]+\.[\w-]+|\b[\w-]{22}\.\d+\.[\w-]{43}\b/

/**
 * Fills up while the context's pages run; `find` returns what holds a token or one of `passwords`.
 */
export function collectLeaks(context: BrowserContext): {
  find(passwords: Iterable<string>): string[]
} {
  const told = new Set<string>()
  context.on('request', (request) => told.add(decodeLoosely(request.url())))
  context.on('console', (message) => told.add(message.text()))
  return {
    find(passwords) {
      const secrets = [...passwords]
      return [...told].filter(
        (text) => tokens.test(text) || secrets.some((password) => text.includes(password)),
      )
    },
  }
}

function decodeLoosely(url: string): string {
  try {
    return decodeURIComponent(url)
  } catch {
    return url
  }
}
