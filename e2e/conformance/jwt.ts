// Takes a JWT apart, without trusting any of it.

import { NotOffered } from './requirement.ts'

export interface Jwt {
  header: Record<string, unknown>
  claims: Record<string, unknown>
  /** The text that is signed. */
  signed: string
  signature: Uint8Array
}

/** @throws NotOffered where it is not a JWT: RFC 6749 §1.4 leaves the format of a token open */
export function readJwt(token: string): Jwt {
  const [header, claims, signature, ...rest] = token.split('.')
  if (header === undefined || claims === undefined || !signature || rest.length > 0) {
    throw noJwt()
  }
  return {
    header: readObject(header),
    claims: readObject(claims),
    signed: `${header}.${claims}`,
    signature: Buffer.from(signature, 'base64url'),
  }
}

export function encodePart(members: Record<string, unknown>): string {
  return Buffer.from(JSON.stringify(members)).toString('base64url')
}

function readObject(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch {
    // Falls through to the one sentence for both.
  }
  throw noJwt()
}

function noJwt(): NotOffered {
  return new NotOffered('its access tokens are no JWT')
}
