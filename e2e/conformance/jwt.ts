// A JWT taken apart, without believing any of it.

import { Unmet } from './requirement.ts'

export interface Jwt {
  header: Record<string, unknown>
  claims: Record<string, unknown>
  /** What the signature is made over. */
  signed: string
  signature: Uint8Array
}

/** @throws Unmet where it is no JWT in three parts */
export function readJwt(token: string): Jwt {
  const [header, claims, signature, ...rest] = token.split('.')
  if (header === undefined || claims === undefined || !signature || rest.length > 0) {
    throw new Unmet('the access token is no JWT')
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
  throw new Unmet('a part of the access token is no JSON object')
}
