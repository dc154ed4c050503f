// An app beside Keycard: it verifies tokens by the published keys, and asks where that is not enough.

import { createServer } from 'node:http'
import { createRemoteJWKSet, jwtVerify } from 'jose'

const { PUBLIC_URL: issuer = '', CLIENT_ID = '', CLIENT_SECRET = '', PORT = '4000' } = process.env
const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))

/** Asks no one: a token of an ended session is accepted until it expires. */
async function verify(token: string) {
  const options = { issuer, audience: issuer, typ: 'at+jwt', algorithms: ['EdDSA'] }
  return (await jwtVerify(token, keys, options)).payload
}

/** For calls that must know of a sign-out at once. */
async function isActive(token: string): Promise<boolean> {
  const authorization = `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}`
  const init = { method: 'POST', headers: { authorization }, body: new URLSearchParams({ token }) }
  const answer = await fetch(`${issuer}/introspect`, init)
  return ((await answer.json()) as { active: boolean }).active
}

const server = createServer(async (request, response) => {
  const [, token = ''] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? []
  const claims = await verify(token).catch(() => undefined)
  const isLet = claims && (request.method === 'GET' || (await isActive(token)))
  if (isLet) response.end(JSON.stringify({ user: claims.sub, scope: claims.scope }))
  else response.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
})
server.listen(Number(PORT), () => console.log('ready'))
