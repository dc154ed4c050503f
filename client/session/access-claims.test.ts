// The token's own claims, as the page shows them.

import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAccessClaims } from './access-claims.ts'
import { formatCardNumber } from './card-number.ts'

describe('readAccessClaims', () => {
  it('reads the user, the session and the lifetime, whatever the text', () => {
    const anyText = fc.string({ unit: 'grapheme' })
    fc.assert(
      fc.property(anyText, anyText, (sub, sid) => {
        const json = JSON.stringify({ sub, sid, iat: 1_767_323_045, exp: 1_767_323_945 })
        const payload = Buffer.from(json).toString('base64url')
        expect(readAccessClaims(`e30.${payload}.x`)).toEqual({
          userId: sub,
          sessionId: sid,
          issuedAtMs: Date.parse('2026-01-02T03:04:05Z'),
          expiresAtMs: Date.parse('2026-01-02T03:19:05Z'),
        })
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('formatCardNumber', () => {
  it('is the first 32 bits of the session id in hexadecimal', () => {
    const id = Buffer.concat([Buffer.from('7f3a92c1', 'hex'), randomBytes(12)])
    expect(formatCardNumber(id.toString('base64url'))).toBe('7F3A 92C1')
    expect(formatCardNumber(Buffer.from('fbeffe00ff', 'hex').toString('base64url'))).toBe(
      'FBEF FE00',
    )
  })
})
