// RFC 8725, JSON Web Token Best Current Practices: what every verifier of a JWT must refuse.

import { expectRefused, expectStatus } from './expect.ts'
import { encodePart, type Jwt, readJwt } from './jwt.ts'
import type { Chapter, Requirement } from './requirement.ts'

/** What is changed in a good token, whose signature then no longer fits. */
export const forgeries: Record<string, (jwt: Jwt) => string> = {
  'alg is none and there is no signature': ({ header, claims }) =>
    `${encodePart({ ...header, alg: 'none' })}.${encodePart(claims)}.`,
  'alg is none and the signature is kept': ({ header, claims, signature }) =>
    `${encodePart({ ...header, alg: 'none' })}.${encodePart(claims)}.${encodeBytes(signature)}`,
  'the signature is all zeros': ({ signed, signature }) =>
    `${signed}.${encodeBytes(new Uint8Array(signature.length))}`,
  'one bit of the signature differs': ({ signed, signature }) =>
    `${signed}.${encodeBytes(signature.map((byte, index) => (index === 9 ? byte ^ 1 : byte)))}`,
  'the scope is wider': ({ header, claims, signature }) => {
    const wider = { ...claims, scope: `${String(claims.scope)} users:write` }
    return `${encodePart(header)}.${encodePart(wider)}.${encodeBytes(signature)}`
  },
  'the expiry is later': ({ header, claims, signature }) => {
    const later = { ...claims, exp: Number(claims.exp) + 3_600 }
    return `${encodePart(header)}.${encodePart(later)}.${encodeBytes(signature)}`
  },
  'the kid belongs to no key': ({ header, claims, signature }) =>
    `${encodePart({ ...header, kid: 'no-such-key' })}.${encodePart(claims)}.${encodeBytes(signature)}`,
  'its header names a key of its own': ({ header, claims, signature }) => {
    const jwk = { kty: 'oct', k: 'AAAA' }
    return `${encodePart({ ...header, jwk })}.${encodePart(claims)}.${encodeBytes(signature)}`
  },
  'a fourth part follows': ({ signed, signature }) => `${signed}.${encodeBytes(signature)}.AAAA`,
  // RFC 7515 §2: base64url without padding.
  'the signature is padded': ({ signed, signature }) => `${signed}.${encodeBytes(signature)}==`,
}

export const rfc8725: Chapter = {
  source: 'RFC 8725',
  title: 'JSON Web Token Best Current Practices',
  requirements: Object.entries(forgeries).map(
    ([name, forge]): Requirement => ({
      clause: '§3.3',
      sentence: `A token is refused where ${name}`,
      async run(target) {
        const { accessToken } = await target.session()
        const jwt = readJwt(accessToken)
        expectStatus(await target.call(accessToken), 200)
        expectRefused(await target.call(forge(jwt)))
      },
    }),
  ),
}

function encodeBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
