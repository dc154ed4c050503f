// Listens for what none of our pages may do, whatever a test looks at.

import type { BrowserContext } from 'playwright'

/** Fills up while the context's pages run: uncaught errors, and breaches of their own policy. */
export function collectPageErrors(context: BrowserContext): string[] {
  const errors: string[] = []
  context.on('weberror', (event) => {
    const text = String(event.error())
    if (!isCrossOriginRefusal(text)) errors.push(text)
  })
  context.on('console', (message) => {
    const text = message.text()
    const isBreach = /content.security.policy|trusted ?types?|trusted(HTML|Script)/i.test(text)
    if (message.type() === 'error' && isBreach) errors.push(text)
  })
  return errors
}

/** Firefox reports as the page's error what it refused another site, as our headers tell it to. */
function isCrossOriginRefusal(text: string): boolean {
  return /^(Cross-Origin Request Blocked|The resource at .* Cross-Origin-Resource-Policy)/.test(
    text,
  )
}
