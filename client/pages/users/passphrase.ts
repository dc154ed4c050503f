// A password to hand over: random, and easy to read out and to type.

/** Thirty-two of them, so that every five random bits are one; no two look alike. */
const characters = 'abcdefghijkmnpqrstuvwxyz23456789'

/** Five groups of four: 100 bits (R17 asks for less of what a person has to type). */
export function makePassphrase(): string {
  const random = crypto.getRandomValues(new Uint8Array(20))
  const text = [...random].map((byte) => characters[byte % characters.length]).join('')
  return text.replaceAll(/(.{4})(?=.)/g, '$1-')
}
