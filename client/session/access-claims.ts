// What the page reads from its own access token: only the server verifies it.

export interface AccessClaims {
  /** The `sub`: the user of the token. */
  userId: string
  /** The `sid`: the session it belongs to. */
  sessionId: string
  /** The `iat` and the `exp`, by the server's clock. */
  issuedAtMs: number
  expiresAtMs: number
}

/** RFC 7519 §3: the middle part is base64url of JSON. */
export function readAccessClaims(token: string): AccessClaims {
  const payload = token.split('.')[1] ?? ''
  const bytes = Uint8Array.from(atob(fromBase64url(payload)), (unit) => unit.charCodeAt(0))
  const { sub, sid, iat, exp }: Record<string, unknown> = JSON.parse(
    new TextDecoder().decode(bytes),
  )
  return {
    userId: String(sub),
    sessionId: String(sid),
    issuedAtMs: Number(iat) * 1_000,
    expiresAtMs: Number(exp) * 1_000,
  }
}

export function fromBase64url(text: string): string {
  return text.replaceAll('-', '+').replaceAll('_', '/')
}
