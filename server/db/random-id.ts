// Identifiers that no one can guess.

import { randomBytes } from 'node:crypto'

/** 128 bits from the CSPRNG in base64url: 22 characters (R17). */
export function makeRandomId(): string {
  return randomBytes(16).toString('base64url')
}
