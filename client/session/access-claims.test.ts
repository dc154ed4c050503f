// The token's own words, as the page shows them.

import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatCardNumber, readAccessClaims } from './access-claims.ts'

describe('readAccessClaims', () => {
  it('reads whom and which session the token is for, whatever the text', () => {
    const anyText = fc.string({ unit: 'grapheme' })
    fc.assert(
      fc.property(anyText, anyText, (sub, sid) => {
        const payload = Buffer.from(JSON.stringify({ sub, sid })).toString('base64url')
        const claims = readAccessClaims(`e30.${payload}.x`)
        expect(claims).toEqual({ userId: sub, sessionId: sid })
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
