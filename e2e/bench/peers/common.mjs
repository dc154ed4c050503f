// What the contestants share: where to listen, how a token is made, and what each of them answers.

import { createHmac } from 'node:crypto'

export const port = Number(process.argv[2])
export const secret = 'a-secret-of-the-benchmark-that-is-32-bytes-long'

export const claims = {
  sub: 'k3Jx0mQ2vT7yB9nL4wZ1aD',
  sid: 'Xh5Rr8cE0pUq6GfVs2iOoM',
  client_id: 'keycard-web',
  scope: 'me me:write items:read items:write',
  exp: Math.floor(Date.now() / 1_000) + 86_400,
}

/**
 * The answer of Keycard's `identity`.
 * @param {typeof claims} claims
 */
export const answerTo = ({ sub, sid, client_id, scope, exp }) => ({
  user_id: sub,
  session_id: sid,
  client_id,
  scopes: scope.split(' '),
  expires_at: new Date(exp * 1_000).toISOString(),
})

/** HS256, which every one of them can verify (RFC 7515). */
export function makeToken() {
  /** @param {unknown} value */
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/** The bench reads this line. */
export const ready = () => console.log(`ready ${makeToken()}`)
