// Keycard as a WebAuthn relying party: who it is to authenticators, and what it asks of them.

import { productName } from '../../contract/brand.ts'

/** WebAuthn Level 3 §4: the domain that passkeys belong to, and the origin that may use them. */
export interface RelyingParty {
  name: string
  /** The host of PUBLIC_URL: passkeys are lost with it, so it is not to change. */
  id: string
  origin: string
}

export function describeRelyingParty(publicUrl: string): RelyingParty {
  return { name: productName, id: new URL(publicUrl).hostname, origin: publicUrl }
}

/**
 * Loaded with the first passkey: most starts, and most sign-ins, need none of it.
 */
export const loadWebAuthn = () => import('@simplewebauthn/server')

/** COSE algorithms, in the order of preference: EdDSA, ES256, RS256 (WebAuthn Level 3 §5.8.5). */
export const passkeyAlgorithms = [-8, -7, -257]
