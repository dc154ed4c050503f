// The number on a session's card.

import { fromBase64url } from './access-claims.ts'

/** The session's first 32 bits in hexadecimal, as they stand on the card: '7F3A 92C1'. */
export function formatCardNumber(sessionId: string): string {
  const digits = Array.from(atob(fromBase64url(sessionId.slice(0, 8))).slice(0, 4), (unit) =>
    unit.charCodeAt(0).toString(16).padStart(2, '0'),
  )
  return `${digits.slice(0, 2).join('')} ${digits.slice(2).join('')}`.toUpperCase()
}
